package importfile

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"entraphone/internal/authmethod"
)

// addParts takes the columns that hold parts of a number, and says whose.
func (v *resolver) addParts(c *columns) error {
	phones := c.phones()
	c.extended, c.divided = v.extendedPhone(c, phones), v.dividedPhone(phones)
	divided := numKeys // the phone of the parts before
	for _, k := range [...]key{keyExtension, keyAreaCode, keyDialCode} {
		if !v.has(k) {
			continue
		}
		whose := v.dividedPhone(phones)
		switch {
		case k == keyExtension:
			whose = c.extended
		case v.explicit[k] == none && len(v.unnamed) > 0 && v.profile.PartsOf == "":
			whose = numKeys // they may be those of a phone that the profile leaves out
		}
		named, does := v.phoneNamed(k, c)
		if does {
			whose = named
		}
		absent := does && c.at[named] == none || whose != numKeys && c.at[whose] == none ||
			k == keyExtension && whose == numKeys && v.explicit[k] == none
		switch {
		case absent: // of a phone that the file does not have
			continue
		case whose == numKeys, k != keyExtension && divided != numKeys && divided != whose:
			return v.whose(k, c, phones)
		}
		at, err := v.pick(k)
		if err != nil {
			return err
		}
		if c.at[k] = at; k == keyExtension {
			c.extended = whose
		} else {
			c.divided, divided = whose, whose
		}
	}
	return nil
}

// phoneNamed is the phone that a part of a number names as its own, in a file
// with a column per phone type: "Mobile Country Code".
func (v *resolver) phoneNamed(part key, c *columns) (phone key, does bool) {
	if v.explicit[part] != none || c.long || c.numberOnly {
		return 0, false
	}
	says, _ := sensesOf(v.headings[v.found[part][0]])
	switch {
	case says&ofMobile != 0:
		return keyMobile, true
	case says&(ofWork|ofDesk) != 0:
		return keyOffice, true
	}
	return 0, false
}

// extendedPhone is the phone that an extension belongs to: the office's, or the
// one of which nothing is known; numKeys for none of several.
func (v *resolver) extendedPhone(c *columns, phones []key) key {
	switch {
	case c.at[keyOffice] != none, v.bound.has(keyOffice):
		return keyOffice
	case len(v.unnamed) > 0 && v.explicit[keyExtension] == none:
		return numKeys
	case c.long || len(phones) == 1 && (c.numberOnly || v.explicit[keyExtension] != none):
		return phones[0]
	}
	return numKeys
}

// dividedPhone is the phone that the profile gives the parts to, in the file or
// not; else the only phone, or the only one that --map names. It is numKeys
// where there are several.
func (v *resolver) dividedPhone(phones []key) key {
	if whose, told := parseKey(v.profile.PartsOf); told {
		return whose
	}
	if len(phones) == 1 {
		return phones[0]
	}
	mapped := slices.DeleteFunc(slices.Clone(phones), func(k key) bool { return !v.mapped.has(k) })
	if len(mapped) == 1 {
		return mapped[0]
	}
	return numKeys
}

// whose refuses a column with parts of numbers beside several phones.
func (v *resolver) whose(k key, c *columns, phones []key) error {
	at := v.explicit[k]
	if at == none {
		at = v.found[k][0]
	}
	var is []int
	var proposals []string
	for _, phone := range phones {
		is = append(is, c.at[phone])
		proposals = append(proposals, v.proposal(phone, c.at[phone]))
	}
	advice := "name the one phone column that it belongs to: " + strings.Join(proposals, " or ")
	if v.bound != 0 {
		advice = "say in the profile whose it is: partsOf: mobile, alternateMobile or office"
	}
	return v.fail(advice, "column %s (%v) could belong to several phones: %s", v.label(at), k, v.labels(append(is, v.unnamed...)))
}

// parts are those of a line, and what is wrong with them.
type parts struct {
	authmethod.Parts
	problems [numKeys]*authmethod.Problem // by the column
}

func readPartCells(r *partCells) *parts {
	p := new(parts)
	read := func(k key, cell string) string {
		text := partText(k, cell)
		digits, ok := partDigits(k, text)
		switch {
		case ok:
		case partAsDecimal.MatchString(text):
			p.problems[k] = decimalPart(k)
		default:
			p.problems[k] = notDigits(k)
		}
		return digits
	}
	p.DialCode, p.AreaCode, p.Extension = read(keyDialCode, r.DialCode), read(keyAreaCode, r.AreaCode), read(keyExtension, r.Extension)
	return p
}

var partAsDecimal = regexp.MustCompile(`^\+?[0-9]+[.,]0+$`)

// partText is a cell without what protects it from spreadsheets; empty where
// there is nothing. An extension may be 0.
func partText(k key, cell string) string {
	text := strings.TrimPrefix(norm.NFKC.String(trim(cell)), "'")
	if formula, is := strings.CutPrefix(text, `="`); is {
		text = strings.TrimSuffix(formula, `"`)
	}
	text = trim(text)
	if isPlaceholder(text) && !(k == keyExtension && text == "0") {
		return ""
	}
	return text
}

// partDigits are the digits of a cell that holds a part of a number; ok is false
// where something else stands in it. They are one group: with marks between
// them they are a decimal, or two of which one is wanted (30/40).
func partDigits(k key, text string) (digits string, ok bool) {
	const marks = " -/.:()[]"
	if text == "" {
		return "", true
	}
	switch k {
	case keyDialCode: // as in "+44", "0044", "(+44)" and "+44 (0)"
		text = strings.Trim(strings.TrimSuffix(text, "(0)"), marks)
		for _, prefix := range [...]string{"+", "00"} {
			text = strings.TrimLeft(strings.TrimPrefix(text, prefix), marks)
		}
	case keyAreaCode:
		if rest, prefixed := strings.CutPrefix(text, "(0)"); prefixed {
			text = "0" + strings.TrimLeft(rest, marks)
		}
	case keyExtension: // as in "x123" and "Ext. 123"
		text = strings.TrimLeft(strings.ToLower(text), "ext#"+marks)
	}
	digits = strings.Trim(text, marks)
	switch {
	case digits == "" || strings.Trim(digits, "0123456789") != "":
		return "", false
	case k == keyDialCode:
		return digits, authmethod.IsDialCode(digits)
	case k == keyAreaCode:
		return digits, !strings.HasPrefix(digits, "00") // which begins a dialling code
	}
	return digits, true
}

// addParts gives a number the parts of it that stand in other cells. A part
// that cannot be read stops the row: the number would be another one.
func (b *builder) addParts(n *number, k key, p *parts) (fit bool) {
	fit = true
	mine := func(part key) bool {
		if part == keyExtension {
			return k == b.columns.extended
		}
		return k == b.columns.divided
	}
	own := authmethod.Parts{}
	for _, part := range [...]key{keyDialCode, keyAreaCode, keyExtension} {
		switch {
		case b.columns.at[part] == none || !mine(part):
		case p.problems[part] != nil:
			n.row.Reject(*p.problems[part])
			fit = false
		case part == keyDialCode:
			own.DialCode = p.DialCode
		case part == keyAreaCode:
			own.AreaCode = p.AreaCode
		default:
			own.Extension = p.Extension
		}
	}
	if own != (authmethod.Parts{}) {
		kept := own // the only thing here that lives on
		n.parts = &kept
	}
	return fit
}

func notDigits(k key) *authmethod.Problem {
	return &authmethod.Problem{
		Code:    "number-part",
		Message: fmt.Sprintf("the %v column does not hold what it should", k),
		Advice: map[key]string{
			keyDialCode:  "write the country's dialling code, such as 44, or leave the cell empty",
			keyAreaCode:  "write the area code in digits, such as 020, or leave the cell empty",
			keyExtension: "write the extension in digits, or leave the cell empty",
		}[k],
	}
}

func decimalPart(k key) *authmethod.Problem {
	return &authmethod.Problem{
		Code:    "spreadsheet-decimals",
		Message: fmt.Sprintf("a spreadsheet or an export treated the %v as an amount and gave it decimals", k),
		Advice:  "format the column as text in the original and export again: zeros in front may be gone, too",
	}
}
