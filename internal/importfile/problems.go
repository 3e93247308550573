package importfile

import (
	"fmt"
	"math"
	"unicode"

	"entraphone/internal/authmethod"
)

var errTooManyLines = fmt.Errorf("the file has more than %d lines: split it", math.MaxInt32)

const closeQuote = `close the quote (") or take it out; the lines below were read by themselves`

// problem says what a fault is, and what to do about it.
func (bad fault) problem() *authmethod.Problem {
	switch bad {
	case quoteOpen:
		return quoteNotClosed(fmt.Sprintf("within %d lines or %d KiB", maxRecordLines, maxCellBytes>>10))
	case quoteToEnd:
		return quoteNotClosed("before the end of the file")
	case quoteRunsOn:
		return quoteNotClosed("on its line")
	case textAfterQuote:
		advice := `put quotes round the whole cell, and write a quote within it twice ("")`
		return &authmethod.Problem{Code: "text-after-quote", Message: `text follows a closing quote (")`, Advice: advice}
	case cellTooLong:
		found := fmt.Sprintf("a cell is longer than %d KiB", maxCellBytes>>10)
		return &authmethod.Problem{Code: "cell-too-long", Message: found, Advice: "shorten the cell, or leave the column out"}
	case recordTooLong:
		found := fmt.Sprintf("the line is longer than %d KiB", maxRecordBytes>>10)
		return &authmethod.Problem{Code: "line-too-long", Message: found, Advice: "leave out the columns that are not needed"}
	}
	found := fmt.Sprintf("the line has more than %d cells", maxCells)
	return &authmethod.Problem{Code: "ragged-row", Message: found, Advice: "leave out the columns that are not needed"}
}

func quoteNotClosed(where string) *authmethod.Problem {
	return &authmethod.Problem{Code: "quote-not-closed", Message: "a quote is opened, and not closed " + where, Advice: closeQuote}
}

func insideQuote(in insideQuotes) authmethod.Problem {
	return authmethod.Problem{
		Code: "inside-quote",
		Message: fmt.Sprintf("the line may stand inside a quoted cell that begins on line %d and ends on line %d; nothing of it is sent",
			in.opened, in.closed),
		Advice: fmt.Sprintf("correct line %d first: close its quote or take it out; then look whether the lines up to %d are rows",
			in.opened, in.closed),
	}
}

func rowsInQuotes() *authmethod.Problem {
	found := "a quote is opened, and lines of other users stand before it is closed"
	return &authmethod.Problem{Code: "quote-not-closed", Message: found, Advice: closeQuote}
}

func raggedRow(cells, width, lines int) *authmethod.Problem {
	found := fmt.Sprintf("the line has %d cells, the heading has %d", cells, width)
	if lines > 1 {
		found += fmt.Sprintf("; a quote makes it run over %d lines", lines)
	}
	advice := "put quotes round cells that hold the delimiter, so that the line has as many cells as the heading"
	return &authmethod.Problem{Code: "ragged-row", Message: found, Advice: advice}
}

func otherDelimiter(char byte) *authmethod.Problem {
	return &authmethod.Problem{
		Code:    "ragged-row",
		Message: fmt.Sprintf("the line has a %s between its cells, the heading has another delimiter", delimiterName(char)),
		Advice:  "write the line as the heading is, or save the file again with one delimiter",
	}
}

func shortRow() authmethod.Problem {
	return authmethod.Problem{
		Code:    "short-row",
		Message: "cells at the end of the line are missing and were read as empty",
		Advice:  "check that no cell is missing in the middle of the line",
	}
}

func notUTF8(k key) authmethod.Problem {
	return authmethod.Problem{
		Code:    "not-utf8",
		Message: fmt.Sprintf("the %s cell is not UTF-8 text", k),
		Advice:  "save the file as CSV UTF-8",
	}
}

func lostText(k key) authmethod.Problem {
	return authmethod.Problem{
		Code:    "not-utf8",
		Message: fmt.Sprintf("the %s cell has lost characters: it holds the sign that stands for them (U+FFFD)", k),
		Advice:  "write the cell again, or export the list once more as CSV UTF-8",
	}
}

func zeroInCell(k key) authmethod.Problem {
	return authmethod.Problem{
		Code:    "zero-in-cell",
		Message: fmt.Sprintf("the %s cell holds a zero byte: the file is damaged, or lines in UTF-16 were appended to it", k),
		Advice:  "export the list once more; in PowerShell 5 add lines with Add-Content -Encoding utf8 and not with >>",
	}
}

func noRow() authmethod.Problem {
	return authmethod.Problem{
		Code:    "no-row",
		Message: "the user's cell holds more than a user, and the cells of the phones are empty",
		Advice:  "look whether the line is parted as the heading is",
	}
}

func brokenOff() *authmethod.Problem {
	return &authmethod.Problem{
		Code:    "breaks-off",
		Message: "the file breaks off in this line: it has fewer cells than the others, and no line end",
		Advice:  "export the list once more, or wait until the file is written completely",
	}
}

func damagedText() authmethod.Problem {
	return authmethod.Problem{
		Code:    "not-utf8",
		Message: "a cell of the line is not UTF-8 text, and the rest of the file is",
		Advice:  "save the file as CSV UTF-8, and look at the letters of this line; if the file is in another encoding, name it with --encoding",
	}
}

func unknownPhoneType(text string) authmethod.Problem {
	return authmethod.Problem{
		Code:    "phone-type",
		Message: fmt.Sprintf("the phone type %s is not one of mobile, alternateMobile and office", quoted(text)),
		Advice:  "write mobile, alternateMobile or office",
	}
}

func unknownCountry(unread string) authmethod.Problem {
	return authmethod.Problem{
		Code:    "country-unknown",
		Message: fmt.Sprintf("the country %q is not known, so it was not used", unread),
		Advice:  "write the country as two letters (GB) or as its name, or the number with its country code",
	}
}

// withDigits stands in messages for a cell that may be a phone number that got
// into the wrong place.
const withDigits = "(a text with digits)"

func hasDigits(text string) bool { return countDigits(text) > 3 }

func countDigits(text string) (n int) {
	for _, r := range text {
		if unicode.IsDigit(r) {
			n++
		}
	}
	return n
}

// quoted shows a cell in a message.
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

// shorten cuts a text for a message.
func shorten(text string, most int) string {
	runes := []rune(text)
	if len(runes) <= most {
		return text
	}
	return string(runes[:most]) + "…"
}
