package workbook

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// Shown is what a person takes a cell for. A number has all its digits, also where
// its format shows 4.48E+11 or rounds; the zeros, signs and words that its format
// puts in front of digits or between them are shown with them; a day is
// YYYY-MM-DD, whatever the order in which its format shows it.
func (s *Sheet) Shown(c Cell) string {
	if c.Kind != Number {
		return c.Stored
	}
	value, err := strconv.ParseFloat(c.Stored, 64)
	if err != nil || math.IsInf(value, 0) || math.IsNaN(value) {
		return c.Stored
	}
	// Programs write 4.477009E11 and 12.0 for whole numbers.
	whole := c.Stored
	if strings.Trim(whole, "0123456789") != "" || whole[0] == '0' {
		whole = strconv.FormatFloat(value, 'f', -1, 64)
	}
	f := c.Look.format
	if f.date {
		if day, is := s.day(value); is {
			return day
		}
	}
	if shown, is := inDigits(f.code, whole); is {
		return shown
	}
	return whole
}

// day is a day by its number, with the time where it has one; a number below 1 is a
// time alone. It is false for what is no day.
func (s *Sheet) day(value float64) (string, bool) {
	const last = 2_958_466 // 31 December 9999
	if value < 0 || value >= last {
		return "", false
	}
	// Excel has a 29 February 1900, as Lotus 1-2-3 had.
	first := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	switch {
	case s.date1904:
		first = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	case value >= 1 && value < 61:
		first = first.AddDate(0, 0, 1)
	}
	days, fraction := math.Modf(value)
	at := first.AddDate(0, 0, int(days)).Add(time.Duration(math.Round(fraction*24*60*60)) * time.Second)
	switch {
	case value < 1 && !s.date1904:
		return at.Format("15:04:05"), true
	case fraction == 0:
		return at.Format(time.DateOnly), true
	}
	return at.Format(time.DateTime), true
}

// inDigits shows a whole number by a format of digits, as people make them for
// numbers with a zero in front: 00000000000, "+44 "0, 0000 0000000. It is false for
// every other format and number.
func inDigits(code, whole string) (string, bool) {
	if code == "" || strings.Trim(whole, "0123456789") != "" {
		return "", false
	}
	pieces, places := piecesOf(code)
	if places == 0 {
		return "", false
	}
	shown := ""
	for i := len(pieces) - 1; i >= 0; i-- {
		if !pieces[i].place {
			shown = pieces[i].text + shown
			continue
		}
		places--
		digits := whole
		if places > 0 && len(whole) > 0 {
			digits = whole[len(whole)-1:]
		}
		whole = whole[:len(whole)-len(digits)]
		switch {
		case digits != "":
			shown = digits + shown
		case pieces[i].text == "0":
			shown = "0" + shown
		case pieces[i].text == "?":
			shown = " " + shown
		}
	}
	return strings.TrimSpace(shown), true
}

// piece is the place of a digit, or what stands between digits.
type piece struct {
	text  string
	place bool
}

// piecesOf splits the first part of a code, which is for numbers above zero. There
// are no places where it is not of digits alone: with decimals, thousands, an
// exponent, a condition or a fraction digits may be changed.
func piecesOf(code string) (pieces []piece, places int) {
	for runes := []rune(code); len(runes) > 0; {
		r, taken, text := runes[0], 1, ""
		switch r {
		case ';':
			return pieces, places
		case '0', '#', '?':
			places++
			pieces = append(pieces, piece{string(r), true})
		case '"':
			end := strings.IndexRune(string(runes[1:]), '"')
			if end < 0 {
				return nil, 0
			}
			text = string(runes[1:])[:end]
			taken = len([]rune(text)) + 2
		case '\\', '_', '*':
			if len(runes) == 1 {
				return nil, 0
			}
			taken = 2
			if text = ""; r == '\\' {
				text = string(runes[1])
			}
		case '[': // a language is in brackets, and so is much else
			end := strings.IndexRune(string(runes), ']')
			if end < 0 || !strings.HasPrefix(string(runes), "[$-") {
				return nil, 0
			}
			taken = len([]rune(string(runes)[:end])) + 1
		case ' ', '\u00a0', '-', '(', ')', '+':
			text = string(r)
		default:
			return nil, 0
		}
		if text != "" {
			pieces = append(pieces, piece{text: text})
		}
		runes = runes[taken:]
	}
	return pieces, places
}
