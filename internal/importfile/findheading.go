package importfile

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// candidate is a line that could be the heading.
type candidate struct {
	at, lines int  // how far it stands below the window's place
	above     int  // lines above it that are not blank
	full      bool // it names a user and a phone
	known     int  // meanings that it names
	empty     int  // cells without a heading, as in a line that names groups of columns
	cells     int
	delimiter byte
}

func (c candidate) better(than candidate) bool {
	switch {
	case c.full != than.full:
		return c.full
	case c.known != than.known:
		return c.known > than.known
	case c.full && c.empty != than.empty:
		return c.empty < than.empty
	}
	return !c.full && c.cells > than.cells
}

// findHeading goes to the line that names the most meanings, a user and a phone
// among them: the first of equals, since a heading may stand there once more in
// words. What stands above it (a hint for Excel, the type of a PowerShell
// object, the version of a template, the title of a report) is skipped, but
// nothing that could be a row. Where no line names both, it goes to the one that
// comes nearest, which then says what is missing.
func (r *records) findHeading(wanted map[string]key) (skipped []Skipped) {
	data, hint := r.w.data(), byte(0)
	best, found := candidate{}, false
	for next := (candidate{}); next.lines < maxPreamble && next.at < len(data); next.lines++ {
		line := firstLine(data[next.at:])
		what, remark := preamble(string(line))
		if told, is := separator(line); is {
			hint = told
		}
		switch blank := len(bytes.Trim(line, " \t\r\n,;|\"'")) == 0; {
		case blank:
		case remark:
			skipped = append(skipped, Skipped{r.line + next.lines, what})
		default:
			next.above = len(skipped)
			user, phone := namesUser(line), countDigits(string(line)) >= minPhoneDigits
			row := user && phone || best.full && (user || phone)
			if r.judge(&next, data[next.at:], wanted, hint); !found || !row && next.better(best) {
				best, found = next, true
			}
			if row {
				next.at = len(data) // there is no heading further down
			}
			skipped = append(skipped, Skipped{r.line + next.lines, "above the heading"})
		}
		next.at += len(line) + lineEnd(data[min(len(data), next.at+len(line)):])
	}
	if !found { // nothing but blank lines and remarks
		r.w.pos = r.w.end
		return nil
	}
	r.delimiter = best.delimiter
	r.findQuote(data[best.at:])
	r.passAbove(best.at)
	r.blank += best.lines - best.above
	r.line += best.lines
	return skipped[:best.above]
}

// minPhoneDigits tells a row from a line that only names who made the file.
const minPhoneDigits = 5

// judge finds the delimiter by which a line names the most meanings, and among
// those the one that gives the most columns; the hint for Excel decides between
// equals. The most frequent character would be wrong: it may stand in names and
// addresses. A delimiter that breaks the line tells more than one that is not
// in it, and less than one that parts it.
func (r *records) judge(c *candidate, data []byte, wanted map[string]key, hint byte) {
	best := candidate{cells: -1}
	try := func(char byte) {
		by := candidate{cells: 1, delimiter: char}
		if _, bad := r.scan(data, char, r.w.last); bad == sound {
			headings := r.trimmed(data)
			if by.full, by.known = meanings(headings, wanted); by.known < 2 {
				by.known = 0 // a single word may stand anywhere
			}
			if by.cells = len(headings); by.cells == 1 {
				by.cells = 0
			}
			by.empty = len(headings) - len(slices.DeleteFunc(headings, func(h string) bool { return h == "" }))
		}
		if by.better(best) || by.full && best.full && by.known == best.known && by.cells > best.cells {
			best = by
		}
	}
	if hint != 0 {
		try(hint)
	}
	for _, d := range delimiters {
		try(d.char)
	}
	best.at, best.lines, best.above = c.at, c.lines, c.above
	*c = best
}

// preamble knows the lines that programs put above a heading.
func preamble(line string) (what string, is bool) {
	lower := strings.ToLower(strings.Trim(line, "\" \t"))
	switch {
	case strings.HasPrefix(lower, "sep="):
		return "a hint for Excel (sep=)", true
	case strings.HasPrefix(lower, "#type "):
		return "a remark of PowerShell (#TYPE)", true
	case strings.HasPrefix(lower, "version:"):
		return "the version of a template", true
	}
	return "", false
}

// separator is the delimiter that a hint for Excel names.
func separator(line []byte) (delimiter byte, is bool) {
	text := strings.ToLower(strings.Trim(string(line), "\" "))
	for _, d := range delimiters {
		if text == "sep="+string(d.char) {
			return d.char, true
		}
	}
	return 0, false
}

// namesUser says that a line could be a row: cells of it, by whatever
// delimiter, could be a user.
func namesUser(line []byte) bool {
	return slices.ContainsFunc(bytes.FieldsFunc(line, func(c rune) bool { return strings.ContainsRune(",;\t|\"'", c) }),
		func(cell []byte) bool { return addressable(string(bytes.TrimSpace(cell))) })
}

// whereSought adds to what a heading lacks on which line it was looked for, and
// whether another delimiter stands in it than those that are known.
func (r *records) whereSought(err error, headings []string, opts Options) error {
	unfit, is := errors.AsType[*FileError](err)
	if !is {
		return err
	}
	if len(headings) == 1 {
		for _, d := range delimiters {
			if full, _ := meanings(strings.Split(headings[0], string(d.char)), opts.wanted()); full {
				unfit.Found = fmt.Sprintf("line %d stands in quotes as a whole, with a %s in it", r.line, d.name)
				unfit.Advice = "take the quotes at both ends of the lines away, or save the file again as CSV"
				return unfit
			}
		}
		for _, char := range []string{"~", "^", ":", "\x1f", "\x01", "¦", "§"} {
			if full, _ := meanings(strings.Split(headings[0], char), opts.wanted()); full {
				unfit.Found = fmt.Sprintf("the cells are parted by %q", char)
				unfit.Advice = "save the file with comma, semicolon, tab or | between the cells"
				return unfit
			}
		}
	}
	if r.line > 1 {
		unfit.Found += fmt.Sprintf(" (the heading was looked for down to line %d, and line %d comes nearest)", max(r.line, maxPreamble), r.line)
	}
	return unfit
}
