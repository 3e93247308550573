package main

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"

	"github.com/nyaruka/phonenumbers"
)

// addFormats adds the main region's formats, which hold for all regions of the
// code. A number is written by the first whose pattern it matches, and which is
// for its first digits, if it names any: the last of the leading digits patterns
// is the most detailed. Formatting itself is not in the tables: of a format only
// matters whether it changes the digits.
func (p *plan) addFormats(main *phonenumbers.PhoneMetadata) error {
	for _, f := range main.GetNumberFormat() {
		begins := ""
		if n := len(f.GetLeadingDigitsPattern()); n > 0 {
			begins = f.GetLeadingDigitsPattern()[n-1]
		}
		rewrites, err := rewrites(f)
		if err != nil {
			return err
		}
		p.rewrites = append(p.rewrites, rewrites)
		if err := errors.Join(p.add(f.GetPattern(), nil), p.add(onward(begins), nil)); err != nil {
			return err
		}
	}
	return nil
}

var (
	// Formats name the groups of their pattern as $1, $2 and so on.
	firstGroup = regexp.MustCompile(`\$[0-9]`)
	digitsPart = regexp.MustCompile(`\$[0-9]|[0-9]`)
)

// rewrites reports whether a format writes other digits than the pattern's
// groups in their order. The prefix rule, "0$1", stands in the place of the first
// group as the library puts it there: its $1 is the pattern's, also where the
// format begins with $2, as in Argentina. Digits that are only moved are refused:
// whether they come out as they were would depend on them.
func rewrites(f *phonenumbers.NumberFormat) (bool, error) {
	p, err := compile(f.GetPattern())
	if err != nil {
		return false, err
	}
	// The template as the library completes it, by which a number is written
	// within its country.
	template, rule := f.GetFormat(), f.GetNationalPrefixFormattingRule()
	if at := firstGroup.FindStringIndex(template); rule != "" && at != nil {
		template = template[:at[0]] + rule + template[at[1]:]
	}
	parts := digitsPart.FindAllString(template, -1)
	// Punctuation between the parts does not count, only groups and digits.
	same, literals := len(parts) == p.groups, 0
	for i, part := range parts {
		same = same && part == "$"+strconv.Itoa(i+1)
		if part[0] != '$' {
			literals++
		}
	}
	if !same && literals == 0 {
		return false, fmt.Errorf("the format %q of %q drops or moves digits", template, f.GetPattern())
	}
	return !same, nil
}
