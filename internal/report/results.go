package report

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/gocarina/gocsv"
	"github.com/natefinch/atomic"

	"entraphone/internal/authmethod"
)

// line is a line of results.csv. The order of the fields is the order of the
// columns, which scripts rely on.
type line struct {
	Line        int32  `csv:"line"`
	User        string `csv:"user"`
	PhoneType   string `csv:"phoneType"`
	PhoneNumber string `csv:"phoneNumber"`
	Outcome     string `csv:"outcome"`
	Class       string `csv:"class"`
	HTTPStatus  string `csv:"httpStatus"`
	Code        string `csv:"code"`
	Message     string `csv:"message"`
	Advice      string `csv:"advice"`
	RequestID   string `csv:"requestId"`
	Attempts    int    `csv:"attempts"`
	FinishedAt  string `csv:"finishedAt"`
	Input       string `csv:"input"`
}

// WriteResults writes results.csv: to a temporary name beside path, then
// renamed, readable by its owner only. With mask, phone numbers show their
// last two digits only.
func (r *Report) WriteResults(path string, mask bool) error {
	if err := writeFile(path, &resultsReader{report: r, mask: mask}); err != nil {
		return fmt.Errorf("writing the results: %w", err)
	}
	return nil
}

// writeFile publishes a file whole or not at all.
func writeFile(path string, content io.Reader) error {
	if err := atomic.WriteFile(path, content); err != nil {
		return err
	}
	if runtime.GOOS == "windows" {
		return nil // renaming is durable there, and folders cannot be synced
	}
	folder, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	defer folder.Close()
	return folder.Sync()
}

// rowsAtOnce is how many rows are rendered at a time.
const rowsAtOnce = 512

// resultsReader renders the results as they are read, so that a million of
// them never stand in memory as text.
type resultsReader struct {
	report *Report
	mask   bool
	next   int
	buffer bytes.Buffer
}

func (rr *resultsReader) Read(p []byte) (int, error) {
	if rr.buffer.Len() == 0 {
		if err := rr.render(); err != nil {
			return 0, err
		}
	}
	return rr.buffer.Read(p) // io.EOF when nothing was rendered
}

func (rr *resultsReader) render() error {
	first := rr.next == 0
	end := min(rr.next+rowsAtOnce, len(rr.report.results))
	lines := make([]line, 0, rowsAtOnce)
	for ; rr.next < end; rr.next++ {
		lines = append(lines, rr.line(rr.next))
	}
	rr.buffer.Reset()
	switch {
	case first && end == 0:
		rr.next = 1 // the heading of an empty file, once
		return gocsv.Marshal(lines, &rr.buffer)
	case first:
		return gocsv.Marshal(lines, &rr.buffer)
	case len(lines) > 0:
		return gocsv.MarshalWithoutHeaders(lines, &rr.buffer)
	}
	return nil
}

func (rr *resultsReader) line(i int) line {
	row, result := rr.report.rows.At(i), rr.report.results[i]
	l := line{
		Line: row.Line, User: row.User, PhoneType: string(row.PhoneType), PhoneNumber: row.Number.Graph(),
		Outcome: string(result.Outcome), Class: string(result.Class), Code: result.Code,
		Message: message(result, row.Notes()), Advice: advice(result, row.Notes()), RequestID: result.RequestID,
		Attempts: result.Attempts, Input: row.Input,
	}
	if rr.mask {
		l.mask(row)
	}
	if result.Status != 0 {
		l.HTTPStatus = strconv.Itoa(result.Status)
	}
	if !result.FinishedAt.IsZero() {
		l.FinishedAt = result.FinishedAt.UTC().Format(time.RFC3339)
	}
	for _, cell := range []*string{&l.User, &l.PhoneType, &l.PhoneNumber, &l.Code, &l.Message, &l.Advice, &l.RequestID, &l.Input} {
		*cell = safe(*cell)
	}
	return l
}

// mask hides the row's number wherever it may stand: in Graph's words too, and
// in the cells of a rejected row, where columns may have been mixed up.
func (l *line) mask(row *authmethod.Row) {
	l.PhoneNumber = row.Number.String()
	l.Input = maskDigits(row.Input)
	l.Message = likeNumber.ReplaceAllStringFunc(l.Message, maskDigits)
	if row.Rejected() {
		l.User = likeNumber.ReplaceAllStringFunc(l.User, maskDigits)
		l.PhoneType = likeNumber.ReplaceAllStringFunc(l.PhoneType, maskDigits)
	}
}

// message is what happened, then Graph's own words, then what was repaired or
// looked odd.
func message(result authmethod.Result, notes []authmethod.Problem) string {
	var texts []string
	for _, text := range []string{result.Message, result.Detail} {
		if text != "" {
			texts = append(texts, text)
		}
	}
	text := strings.Join(texts, ": ")
	for _, note := range notes {
		if text != "" {
			text += "; "
		}
		text += "note: " + note.Message
	}
	return text
}

// advice is what to do about the outcome, then about what looked odd.
func advice(result authmethod.Result, notes []authmethod.Problem) string {
	var texts []string
	if result.Advice != "" {
		texts = append(texts, result.Advice)
	}
	for _, note := range notes {
		if note.Advice != "" && note.Advice != result.Advice {
			texts = append(texts, note.Advice)
		}
	}
	return strings.Join(texts, "; ")
}

// graphForm is the one kind of text that begins with + and is no formula: the
// blank in it keeps spreadsheets from computing it.
var graphForm = regexp.MustCompile(`^\+[0-9]{1,3} [0-9*]+(x[0-9]+)?$`)

// formula is what a spreadsheet takes for the beginning of a formula, at the
// beginning of a cell or after a character that may divide cells where it is
// opened. See https://owasp.org/www-community/attacks/CSV_Injection.
var formula = regexp.MustCompile(`(^|[;|\t\r\n])([=+\-@＝＋－＠\t\r\n])`)

// safe keeps a spreadsheet from running a cell: an apostrophe in front makes it
// text. Control characters that a terminal would obey are left out.
func safe(cell string) string {
	if cell == "" || graphForm.MatchString(cell) {
		return cell
	}
	cell = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && !strings.ContainsRune("\t\r\n", r) {
			return -1
		}
		return r
	}, cell)
	return formula.ReplaceAllString(cell, "$1'$2")
}

// likeNumber finds what may be a phone number in a text.
var likeNumber = regexp.MustCompile(`\p{Nd}[\p{Nd} ().-]{4,}\p{Nd}`)

// maskDigits hides all digits of a text but the last two, in every script.
func maskDigits(text string) string {
	runes := []rune(text)
	kept := 0
	for i := len(runes) - 1; i >= 0; i-- {
		if !unicode.IsDigit(runes[i]) {
			continue
		}
		if kept++; kept > 2 {
			runes[i] = '*'
		}
	}
	return string(runes)
}
