package importfile

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"entraphone/internal/authmethod"
)

// addParts takes the columns that hold parts of a number, and says whose.
func (v *resolver) addParts(c *columns) error {
	phones := c.phones()
	c.extended, c.divided = v.extendedPhone(c, phones), v.onlyPhone(phones)
	for _, k := range [...]key{keyExtension, keyAreaCode, keyDialCode} {
		if !v.has(k) {
			continue
		}
		whose := c.divided
		if k == keyExtension {
			whose = c.extended
		}
		if whose == numKeys {
			if k == keyExtension && v.explicit[k] == none {
				continue // of a phone that the file does not have
			}
			return v.whose(k, c, phones)
		}
		at, err := v.pick(k)
		if err != nil {
			return err
		}
		c.at[k] = at
	}
	return nil
}

// extendedPhone is the phone that an extension belongs to: the office's, or the
// one of which nothing is known; numKeys for none of several.
func (v *resolver) extendedPhone(c *columns, phones []key) key {
	switch {
	case c.at[keyOffice] != none:
		return keyOffice
	case c.long || len(phones) == 1 && (c.numberOnly || v.explicit[keyExtension] != none):
		return phones[0]
	}
	return numKeys
}

// onlyPhone is the only phone, or the only one that --map names; numKeys where
// there are several.
func (v *resolver) onlyPhone(phones []key) key {
	if len(phones) == 1 {
		return phones[0]
	}
	mapped := slices.DeleteFunc(slices.Clone(phones), func(k key) bool { return v.explicit[k] == none })
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
	return v.fail("name the one phone column that it belongs to: "+strings.Join(proposals, " or "),
		"column %s (%v) could belong to several phones: %s", v.label(at), k, v.labels(is))
}

// parts are those of a line, and what is wrong with them.
type parts struct {
	authmethod.Parts
	problems [numKeys]*authmethod.Problem // by the column
}

func readPartCells(r *partCells) *parts {
	p := new(parts)
	read := func(k key, cell string) string {
		digits, ok := partDigits(k, cell)
		if !ok {
			p.problems[k] = notDigits(k)
		}
		return digits
	}
	p.DialCode, p.AreaCode, p.Extension = read(keyDialCode, r.DialCode), read(keyAreaCode, r.AreaCode), read(keyExtension, r.Extension)
	return p
}

// partDigits are the digits of a cell that holds a part of a number; ok is false
// where something else stands in it.
func partDigits(k key, cell string) (digits string, ok bool) {
	text := trim(cell)
	if isPlaceholder(text) && !(k == keyExtension && text == "0") {
		return "", true
	}
	digits, dial := dialDigits(text)
	switch {
	case k == keyDialCode:
		return digits, authmethod.IsDialCode(digits)
	case k == keyExtension && digits == "":
		// As in "x123" and "Ext. 123".
		digits = strings.TrimLeft(strings.ToLower(text), "ext#. :-")
		digits, dial = dialDigits(digits)
	}
	return digits, digits != "" && !dial
}

// dialDigits are the digits of text without the punctuation of phone numbers,
// empty where it holds anything else. A dialling code begins with + or 00.
func dialDigits(text string) (digits string, dial bool) {
	text = strings.TrimPrefix(norm.NFKC.String(text), "'")
	digits = strings.Map(func(r rune) rune {
		if strings.ContainsRune(" -/.()", r) {
			return -1
		}
		return r
	}, text)
	for _, prefix := range [...]string{"+", "00"} {
		if rest, has := strings.CutPrefix(digits, prefix); has && strings.Trim(rest, "0") != "" {
			digits, dial = rest, true
			break
		}
	}
	if strings.Trim(digits, "0123456789") != "" {
		return "", false
	}
	return digits, dial
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
