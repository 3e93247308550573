package importfile

import (
	"fmt"
	"math"
	"unicode"

	"entraphone/internal/authmethod"
	"entraphone/internal/table"
)

// errTooManyLines is about lines that a row cannot number; see [authmethod.Row].
var errTooManyLines = fmt.Errorf("the file has more than %d lines: split it", math.MaxInt32)

// problemOf is what a fault of a line means for its rows, below the headings.
// The quote is named as the file writes it.
func problemOf(f *table.Fault, headings []string) *authmethod.Problem {
	p := faultProblem(f)
	// Where one cell is to blame nobody should have to count quotes.
	if i := f.Column - 1; i >= 0 {
		p.Message += fmt.Sprintf("; column %d %s", f.Column, quoted(headings[i]))
	}
	return &p
}

// faultProblem is the problem for a kind of fault. Its words hold counts, limits and
// signs, and no text of the line, which may be a number or a secret.
func faultProblem(f *table.Fault) authmethod.Problem {
	quote := string(rune(f.Quote))
	switch f.Kind {
	case table.QuoteOpen:
		limits := fmt.Sprintf("within %d lines or %d KiB", table.MaxRecordLines, table.MaxCellBytes>>10)
		return authmethod.CodeQuoteNotClosed.Problem(limits, quote)
	case table.QuoteToEnd:
		return authmethod.CodeQuoteNotClosed.Problem("before the end of the file", quote)
	case table.QuoteRunsOn:
		return authmethod.CodeQuoteNotClosed.Problem("on its line", quote)
	case table.HoldsRows:
		return authmethod.CodeQuoteNotClosedRows.Problem(quote)
	case table.TextAfterQuote:
		return authmethod.CodeTextAfterQuote.Problem(quote)
	case table.CellTooLong:
		return authmethod.CodeCellTooLong.Problem(table.MaxCellBytes >> 10)
	case table.RecordTooLong:
		return authmethod.CodeLineTooLong.Problem(table.MaxRecordBytes >> 10)
	case table.TooManyCells:
		return authmethod.CodeRaggedRowCells.Problem(table.MaxCells)
	case table.OtherDelimiter:
		return authmethod.CodeRaggedRowDelimiter.Problem(table.DelimiterName(f.Delimiter))
	case table.BreaksOff:
		return authmethod.CodeBreaksOff.Problem()
	case table.Moved:
		return authmethod.CodeRaggedRowMoved.Problem(remarkHeadings[0])
	}
	if f.Lines > 1 {
		return authmethod.CodeRaggedRowLines.Problem(f.Cells, f.Width, f.Lines)
	}
	return authmethod.CodeRaggedRow.Problem(f.Cells, f.Width)
}

// withDigits stands in messages for a cell that may be a phone number that got
// into the wrong place.
const withDigits = "(a text with digits)"

// hasDigits reports whether a text may be a phone number, or so much of one that it
// is not to be shown.
func hasDigits(text string) bool { return countDigits(text) > 3 }

// countDigits counts the digits of any script.
func countDigits(text string) (n int) {
	for _, r := range text {
		if unicode.IsDigit(r) {
			n++
		}
	}
	return n
}

// quoted shows a cell in a message. It is cut where it is long, and hidden where it
// may be a phone number.
func quoted(text string) string {
	switch {
	case text == "":
		return "(empty)"
	case hasDigits(text):
		return withDigits
	}
	return fmt.Sprintf("%q", shorten(text, maxShown))
}

// maxShown is how many characters of a cell a message shows.
const maxShown = 60

// shorten cuts a text for a message. It counts characters and not bytes, so that
// none is cut in two.
func shorten(text string, most int) string {
	runes := []rune(text)
	if len(runes) <= most {
		return text
	}
	return string(runes[:most]) + "…"
}
