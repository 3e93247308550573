package table

import (
	"bytes"
	"cmp"
	"regexp"
	"slices"
	"strings"
)

// Delimiters are all that are known, in the order in which they are preferred
// where all else is equal.
const Delimiters = ",;\t|"

// DelimiterName is what a person calls one of them. It panics for another character.
func DelimiterName(char byte) string {
	return [...]string{"comma", "semicolon", "tab", "pipe"}[strings.IndexByte(Delimiters, char)]
}

// MaxPreamble is how many lines may stand above the heading. Reports have a title, a
// date and a few filters there.
const MaxPreamble = 20

// Skipped is a line that is not a record. What says in words what it is, and nothing
// of its text.
type Skipped struct {
	Line int
	What string
}

// candidate is a line that could be the heading.
type candidate struct {
	at, lines int  // how far it stands below the window's place
	above     int  // lines above it that are not blank
	full      bool // it names all that a heading must
	known     int  // columns that it names
	empty     int  // cells without a heading, as in a line that names groups of columns
	cells     int
	delimiter byte
}

// better reports whether c is more likely the heading: by the columns that it names;
// then, where it names all, by fewer cells without a name, and else by more cells.
func (c candidate) better(than candidate) bool {
	switch {
	case c.full != than.full:
		return c.full
	case c.known != than.known:
		return c.known > than.known
	case c.full:
		return c.empty < than.empty
	}
	return c.cells > than.cells
}

// search looks for the heading in the first lines of a file. It moves nothing: the
// table goes to what it finds.
type search struct {
	*Table
	above []Skipped
}

// find returns the line that names the most columns: the first of equals, since
// a heading may stand there once more in words. What stands above it (a hint for
// Excel, the type of a PowerShell object, the version of a template, the title
// of a report) is skipped, but nothing that could be a row. Where no line is
// full, it is the one that comes nearest, whose caller then says what is missing.
func (s *search) find() (best candidate, found bool) {
	// A comma, until a hint for Excel names another one.
	hint, lines := Delimiters[0], 0
	for at, line := range physicalLines(s.w.data()) {
		what, told := preamble(line)
		if told != 0 {
			hint = told
		}
		switch {
		case lines == MaxPreamble:
			return best, found
		case len(bytes.Trim(line, " \t,;|\"'")) == 0:
		case what != "":
			s.above = append(s.above, Skipped{s.line + lines, what})
		default:
			c := s.try(s.w.data()[at:], hint)
			c.at, c.lines, c.above = at, lines, len(s.above)
			key, value := s.opts.Holds(line)
			// Below a heading that is full already, a key or a value is enough to
			// be a row.
			row := key && value || best.full && (key || value)
			if !found || !row && c.better(best) {
				best, found = c, true
			}
			if row {
				return best, true // there is no heading further down
			}
			s.above = append(s.above, Skipped{s.line + lines, "above the heading"})
		}
		lines++
	}
	return best, found
}

// try finds the delimiter by which a line names the most columns, and among
// those the one that gives the most cells; the hint for Excel decides between
// equals. The most frequent character would be wrong: it may stand in names and
// addresses. A delimiter that breaks the line tells more than one that is not
// in it, and less than one that splits it.
func (s *search) try(data []byte, hint byte) candidate {
	best, delimiters := candidate{cells: -1}, append([]byte{hint}, Delimiters...)
	if s.opts.Rows {
		delimiters = []byte{'\t'}
	}
	for _, char := range delimiters {
		by := candidate{cells: 1, delimiter: char}
		s.scanner.delimiter = char
		if _, bad := s.scanner.scan(data, s.w.last); bad == sound {
			headings := s.src.texts(data, s.scanner.cells, s.scanner.quote)
			if by.full, by.known = s.opts.Names(headings); by.known < 2 {
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
	return best
}

// preambles are the lines that programs put above a heading, by how they begin.
var preambles = []struct {
	begin *regexp.Regexp // with the delimiter that it names, if any
	what  string
}{
	{regexp.MustCompile(`(?i)^["\t ]*sep=(?:([` + Delimiters + `])[" ]*$)?`), "a hint for Excel (sep=)"},
	{regexp.MustCompile(`(?i)^["\t ]*#type ()`), "a remark of PowerShell (#TYPE)"},
	{regexp.MustCompile(`(?i)^["\t ]*version:()`), "the version of a template"},
}

// preamble knows such a line, and the delimiter that a hint for Excel names.
func preamble(line []byte) (what string, hint byte) {
	for _, p := range preambles {
		if found := p.begin.FindSubmatch(line); found != nil {
			return p.what, append(found[1], 0)[0]
		}
	}
	return "", 0
}

// findQuote tells single quotes from apostrophes. A heading in quotes decides;
// else single quotes stand round more cells of the lines that are already in the
// window than at one end of a cell, as in 's-Gravenhage and before a number that
// is protected from a spreadsheet. data begins with the heading; copied are the
// headings that a [Writer] puts in quotes where they are single ones.
func (s *scanner) findQuote(data []byte, last bool, copied []string) byte {
	double, _ := s.countQuotes(data, last, '"', 1)
	single, half := s.countQuotes(data, last, '\'', 1)
	copies := len(copied) > 0 && bytes.Contains(firstLine(data), []byte(copied[0]))
	switch {
	case double > 0, copies && single == 0:
		return '"'
	case single > 0 && half == 0:
		return '\''
	}
	// The heading is without quotes, so that the lines below decide.
	double, _ = s.countQuotes(data, last, '"', -1)
	if single, half = s.countQuotes(data, last, '\'', -1); single > max(half, double) {
		return '\''
	}
	return '"'
}

// countQuotes splits so many records, or all of them for -1. It counts cells with
// a quote at both ends, and at one.
func (s *scanner) countQuotes(data []byte, last bool, quote byte, records int) (round, half int) {
	s.quote = quote
	width := 0 // of the heading
	if bytes.IndexByte(data, quote) < 0 {
		return 0, 0 // as most files have no single ones
	}
	for ; records != 0 && len(data) > 0; records-- {
		n, bad := s.scan(data, last)
		switch bad {
		case incomplete:
			return round, half
		case sound:
		default:
			half++
			n = len(firstLine(data))
			n += lineEnd(data[n:])
			s.cells = nil
		}
		width = cmp.Or(width, len(s.cells))
		for _, cell := range s.cells {
			opened, content := cell.start > 0 && data[cell.start-1] == quote, cell.bytes(data)
			closing := bytes.LastIndexByte(content, quote)
			switch {
			case opened && len(s.cells) == width:
				round++
			case opened, // it has taken in what lies between two others
				closing > 0 && len(bytes.TrimSpace(content[closing+1:])) == 0:
				half++
			}
		}
		data = data[n:]
	}
	return round, half
}
