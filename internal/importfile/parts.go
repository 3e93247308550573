package importfile

import (
	"regexp"
	"strings"

	"golang.org/x/text/unicode/norm"

	"entraphone/internal/authmethod"
	"entraphone/internal/heading"
	"entraphone/internal/phonenumber"
)

// parts are those of a line, and what is wrong with them. They are joined to the
// number when it is parsed, because only numbering plans tell whether it has them
// already.
type parts struct {
	phonenumber.Parts
	problems [heading.NumKeys]*authmethod.Problem // by the column
}

// readParts reads the parts of a line, once for all its phones. What is wrong with
// one is kept beside it: it matters to the phone that has the part, and to no other.
func readParts(r *partCells) *parts {
	p := new(parts)
	read := func(k heading.Key, cell string) string {
		text := partText(k, cell)
		digits, ok := partDigits(k, text)
		switch {
		case ok:
		case partAsDecimal.MatchString(text):
			p.problems[k] = refuse(authmethod.CodeSpreadsheetDecimalsPart, k)
		default:
			p.problems[k] = refuse(partCodes[k], k)
		}
		return digits
	}
	p.DialCode, p.AreaCode, p.Extension = read(heading.DialCode, r.DialCode), read(heading.AreaCode, r.AreaCode), read(heading.Extension, r.Extension)
	return p
}

// partAsDecimal matches a whole number with decimals, as pandas writes a column of
// numbers in which a cell is empty: "44.0".
var partAsDecimal = regexp.MustCompile(`^\+?[0-9]+[.,]0+$`)

// partText is a cell without what protects it from spreadsheets; empty where
// there is nothing, and for an extension of 0, which exports print for none.
func partText(k heading.Key, cell string) string {
	text := strings.TrimPrefix(norm.NFKC.String(heading.Trim(cell)), "'")
	// Both '0176 and ="0176" are how people keep a zero in Excel.
	if formula, is := strings.CutPrefix(text, `="`); is {
		text = strings.TrimSuffix(formula, `"`)
	}
	text = heading.Trim(text)
	if heading.IsEmpty(text) || k == heading.Extension && strings.Trim(text, "0") == "" {
		return ""
	}
	return text
}

// partDigits are the digits of a cell that holds a part of a number; ok is false
// where something else stands in it. They are one group: with marks between
// them they are a decimal, or two of which one is wanted (30/40).
func partDigits(k heading.Key, text string) (digits string, ok bool) {
	const marks = " -/.:()[]"
	if text == "" {
		return "", true
	}
	switch k {
	case heading.DialCode:
		text = strings.Trim(strings.TrimSuffix(text, "(0)"), marks)
		// +49, 0049, (49) and 49 (0) are one code.
		for _, prefix := range [...]string{"+", "00"} {
			text = strings.TrimLeft(strings.TrimPrefix(text, prefix), marks)
		}
	case heading.AreaCode:
		if rest, prefixed := strings.CutPrefix(text, "(0)"); prefixed {
			text = "0" + strings.TrimLeft(rest, marks)
		}
	case heading.Extension:
		// x12, ext. 12 and #12 are one extension.
		text = strings.TrimLeft(strings.ToLower(text), "ext#"+marks)
	}
	digits = strings.Trim(text, marks)
	switch {
	case digits == "" || strings.Trim(digits, "0123456789") != "":
		return "", false
	case k == heading.DialCode:
		return digits, phonenumber.IsDialCode(digits)
	case k == heading.AreaCode:
		return digits, !strings.HasPrefix(digits, "00") // which begins a dialling code
	}
	return digits, true
}

// give gives a number the parts of it that stand in other cells. A part that
// cannot be read stops the row: the number would be another one.
func (p *parts) give(n *number, k heading.Key, c *heading.Columns) (fit bool) {
	// The heading has told which phone the parts belong to; another one of the
	// line gets none, and none of their problems.
	own, problems := phonenumber.Parts{}, p.problems
	if k != c.Divided {
		problems[heading.DialCode], problems[heading.AreaCode] = nil, nil
	} else {
		own.DialCode, own.AreaCode = p.DialCode, p.AreaCode
	}
	if k != c.Extended {
		problems[heading.Extension] = nil
	} else {
		own.Extension = p.Extension
	}
	fit = true
	for _, part := range [...]heading.Key{heading.DialCode, heading.AreaCode, heading.Extension} {
		if problems[part] != nil {
			reject(n.row, *problems[part])
			fit = false
		}
	}
	if own != (phonenumber.Parts{}) {
		n.parts = &own
	}
	return fit
}

// partCodes are the problems of cells that hold something else than their part.
var partCodes = map[heading.Key]authmethod.Code{
	heading.DialCode: authmethod.CodeNumberPart, heading.AreaCode: authmethod.CodeNumberPartArea, heading.Extension: authmethod.CodeNumberPartExtension,
}

// refuse is the problem of a code.
func refuse(code authmethod.Code, args ...any) *authmethod.Problem {
	p := code.Problem(args...)
	return &p
}
