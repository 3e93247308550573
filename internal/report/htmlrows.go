package report

import (
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"

	"entraphone/internal/authmethod"
)

// MostRows is how many rows the table of report.html can hold. Of a file of more,
// it holds those that need somebody, and the first so many of these.
const MostRows = 200_000

// newTable says what the table will hold.
func newTable(results *authmethod.Results) table {
	all := results.Rows().Len()
	if all <= MostRows {
		return table{Rows: all, Of: all}
	}
	open := 0
	for outcome, n := range results.Counts() {
		if !outcome.Success() {
			open += n
		}
	}
	return table{Rows: min(open, MostRows), Of: all, OnlyBad: true, Limited: open > MostRows}
}

// rowsInBlock is how many rows are rendered at a time.
const rowsInBlock = 4096

// block is a number of rows as lists, one for each column. Texts that repeat are
// places in a list of texts, to which each block adds those that are new. A script
// in the page reads it.
type block struct {
	Line     []int32             `json:"line"`
	Number   []string            `json:"number"` // of a rejected row the cell of the file
	User     []string            `json:"user"`
	Finished []string            `json:"finished"`
	Request  []string            `json:"request"`
	Places   map[string][]int    `json:"places"`
	New      map[string][]string `json:"new"`
}

// repeating are the columns of a block whose texts repeat.
var repeating = []struct {
	name string
	of   func(l *line) string
}{
	{"type", func(l *line) string { return l.PhoneType }},
	{"outcome", func(l *line) string { return l.Outcome }},
	{"class", func(l *line) string { return l.Class }},
	{"reason", func(l *line) string { return l.Code }},
	{"status", func(l *line) string { return l.HTTPStatus }},
	{"message", func(l *line) string { return l.Message }},
	{"advice", func(l *line) string { return l.Advice }},
	{"registered", func(l *line) string { return l.RegisteredNumber }},
	{"as", func(l *line) string { return l.RegisteredAs }},
	{"sms", func(l *line) string { return l.SMSSignInState }},
	{"country", func(l *line) string { return l.country }},
}

// writeRows writes the rows of the table as an element that no browser shows or
// runs: blocks in JSON, one a line, compressed, in base64.
func writeRows(w io.Writer, results *authmethod.Results, p Page, t table) error {
	if _, err := io.WriteString(w, `<script type="text/plain" id="rows">`); err != nil {
		return err
	}
	text := base64.NewEncoder(base64.StdEncoding, w)
	packed, _ := gzip.NewWriterLevel(text, gzip.BestSpeed) // a level that exists
	if err := errors.Join(writeBlocks(packed, results, p, t), packed.Close(), text.Close()); err != nil {
		return err
	}
	_, err := io.WriteString(w, "</script>\n")
	return err
}

func writeBlocks(w io.Writer, results *authmethod.Results, p Page, t table) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false) // it is base64 in the page
	places := map[string]map[string]int{}
	var b block
	written := 0
	for n := range results.Rows().All() {
		outcome := results.At(n).Outcome
		if t.OnlyBad && outcome.Success() {
			continue
		}
		if written == t.Rows {
			break
		}
		if len(b.Line) == rowsInBlock {
			if err := encoder.Encode(b); err != nil {
				return err
			}
			b = block{}
		}
		l := rendered(results, n, p.Mask)
		l.forPage(outcome)
		l.country = p.region(results.Rows().At(n).Number)
		b.add(&l, places)
		written++
	}
	return encoder.Encode(b)
}

// forPage leaves out what only bloats the page: who asks Microsoft about a row that is
// done finds its request in results.csv.
func (l *line) forPage(outcome authmethod.Outcome) {
	if l.PhoneNumber == "" {
		l.PhoneNumber = l.Input
	}
	if outcome.Success() {
		l.RequestID, l.FinishedAt = "", ""
	}
	if l.Reason != "" {
		l.Code = l.Reason
	}
	if l.Code == "" && l.Class != "" {
		l.Code = l.Outcome // as [reasonOf] has it
	}
}

func (b *block) add(l *line, places map[string]map[string]int) {
	if b.Places == nil {
		b.Places, b.New = map[string][]int{}, map[string][]string{}
	}
	b.Line, b.User, b.Number = append(b.Line, l.Line), append(b.User, shown(l.User)), append(b.Number, shown(l.PhoneNumber))
	b.Finished, b.Request = append(b.Finished, l.FinishedAt), append(b.Request, shown(l.RequestID))
	for _, column := range repeating {
		value := column.of(l)
		known := places[column.name]
		if known == nil {
			known = map[string]int{}
			places[column.name] = known
		}
		place, is := known[value]
		if !is {
			place = len(known)
			known[value] = place
			b.New[column.name] = append(b.New[column.name], shown(value))
		}
		b.Places[column.name] = append(b.Places[column.name], place)
	}
}
