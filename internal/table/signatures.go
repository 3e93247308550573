package table

import (
	_ "embed"
	"regexp"
	"strings"
	"sync"

	"golang.org/x/text/encoding/charmap"
)

// Unfit is a file that holds no table.
type Unfit struct {
	Found  string // what was found
	Advice string // what to do; empty where only the caller knows
	Fault  *Fault // of the heading, or nil
}

// Error is what was found.
func (u *Unfit) Error() string { return u.Found }

//go:embed signatures.tsv
var signatureTable string

// signatures are the rows of the table, and their expressions.
var signatures = sync.OnceValues(func() (rows [][]string, begin []*regexp.Regexp) {
	rows = rowsOf(signatureTable)
	for _, row := range rows {
		begin = append(begin, regexp.MustCompile(`^(?:\xef\xbb\xbf)?[ \t\r\n]*(?:`+row[0]+`)`))
	}
	return rows, begin
})

// unfit recognises by its first bytes what is not a CSV file; nil for what may be
// one. The expressions see bytes as characters of ISO 8859-1, so that they can name
// any byte.
func unfit(head []byte) error {
	text, err := charmap.ISO8859_1.NewDecoder().Bytes(head) // a character for each byte
	if err != nil {
		return err // unreachable unless bug
	}
	rows, begin := signatures()
	for i, row := range rows {
		if begin[i].Match(text) {
			return &Unfit{Found: row[1], Advice: row[2]}
		}
	}
	return nil
}

// rowsOf are the lines of an embedded table, without its remarks.
func rowsOf(table string) (rows [][]string) {
	for line := range strings.Lines(table) {
		if line[0] != '#' {
			rows = append(rows, strings.Split(strings.TrimSuffix(line, "\n"), "\t"))
		}
	}
	return rows
}
