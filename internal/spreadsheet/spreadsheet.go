// Package spreadsheet keeps cells of CSV files from being run as formulas by the
// spreadsheet that opens them, and takes the protection off again.
//
// It knows neither files nor meanings: what a cell is, and whether it needs
// protection at all, its callers decide. Results that are only looked at are
// protected, and lines that are handed back to be corrected, which are read again
// later.
//
// Its one invariant: Unprotect(Protect(text)) is text, whatever the text.
package spreadsheet

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A spreadsheet reads a formula that begins with one of these, at the beginning
// of a cell or behind a character that may divide cells where it is opened. See
// https://owasp.org/www-community/attacks/CSV_Injection.
const (
	// Some spreadsheets read the wide and small forms as the ASCII ones.
	beginsFormula = "=+-@＝＋－＠﹦﹢﹣﹫−"
	dividesCells  = ";|," + breaks
	breaks        = "\t\r\n" // formulas begin with these, too, but not one behind another
	protection    = '\''
)

// number is the one kind of text that begins with + and is not a formula: the blank
// in it keeps spreadsheets from computing it. It is how Graph writes phone numbers,
// masked ones too.
var number = regexp.MustCompile(`^\+[0-9]+ [0-9*]+(x[0-9]+)?$`)

// Protect puts an apostrophe before each place in a cell at which a spreadsheet would
// begin to read a formula: it is text then. A cell that has one there gets another,
// so that it comes back as it was. The apostrophe is visible to programs.
func Protect(cell string) string {
	if number.MatchString(cell) {
		return cell
	}
	var out strings.Builder
	from := 0
	for at := range starts(cell) {
		out.WriteString(cell[from:at])
		out.WriteByte(protection)
		from = at
	}
	return out.String() + cell[from:]
}

// Unprotect takes off what Protect has put there, and nothing else.
func Unprotect(cell string) string {
	var out strings.Builder
	from := 0
	for at := range starts(cell) {
		if cell[at] == protection {
			out.WriteString(cell[from:at])
			from = at + 1
		}
	}
	return out.String() + cell[from:]
}

// starts yields where a formula would begin, before the apostrophes and blanks in
// front of its sign.
func starts(cell string) func(yield func(int) bool) {
	return func(yield func(int) bool) {
		for at := 0; at < len(cell); {
			sign := at + skipped(cell[at:])
			r, _ := utf8.DecodeRuneInString(cell[sign:])
			begins := strings.ContainsRune(beginsFormula, r) || strings.ContainsRune(breaks, r) && (at == 0 || !strings.Contains(breaks, cell[at-1:at]))
			if sign < len(cell) && begins && !yield(at) {
				return
			}
			next := strings.IndexAny(cell[sign:], dividesCells)
			if next < 0 {
				return
			}
			at = sign + next + 1
		}
	}
}

// skipped is how many bytes stand before what a cell begins with: apostrophes,
// blanks and what nobody sees. A no-break space may be the byte of Windows-1252.
func skipped(text string) int {
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRuneInString(text[i:])
		blank := r != '\t' && r != '\r' && r != '\n' && unicode.IsSpace(r) || unicode.IsControl(r) && !strings.ContainsRune("\t\r\n", r) ||
			unicode.In(r, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
		if n == 1 && r == utf8.RuneError {
			blank = text[i] == 0xa0 || text[i] == 0xad
		}
		if r != protection && r != '"' && !blank {
			return i
		}
		i += n
	}
	return len(text)
}
