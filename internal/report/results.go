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
		Line: row.Line, User: safe(row.User), PhoneType: safe(string(row.PhoneType)), PhoneNumber: row.Number.Graph(),
		Outcome: string(result.Outcome), Class: string(result.Class), Code: safe(result.Code),
		Message: safe(withNotes(result.Message, row.Notes())), Advice: safe(result.Advice), RequestID: safe(result.RequestID),
		Attempts: result.Attempts, Input: safe(row.Input),
	}
	if rr.mask {
		l.PhoneNumber, l.Input = row.Number.String(), safe(maskDigits(row.Input))
	}
	if result.Status != 0 {
		l.HTTPStatus = strconv.Itoa(result.Status)
	}
	if !result.FinishedAt.IsZero() {
		l.FinishedAt = result.FinishedAt.UTC().Format(time.RFC3339)
	}
	return l
}

// withNotes puts what was repaired or looked odd after the message.
func withNotes(message string, notes []authmethod.Problem) string {
	if len(notes) == 0 {
		return message
	}
	texts := make([]string, 0, len(notes)+1)
	if message != "" {
		texts = append(texts, message)
	}
	for _, note := range notes {
		texts = append(texts, "note: "+note.Message)
	}
	return strings.Join(texts, "; ")
}

// graphForm is the one kind of text that begins with + and is no formula: the
// blank in it keeps spreadsheets from computing it.
var graphForm = regexp.MustCompile(`^\+[0-9]{1,3} [0-9]+(x[0-9]+)?$`)

// safe keeps a spreadsheet from running a cell as a formula: an apostrophe in
// front makes it text. See https://owasp.org/www-community/attacks/CSV_Injection.
func safe(cell string) string {
	if cell == "" || !strings.ContainsRune("=+-@\t\r\n", rune(cell[0])) || graphForm.MatchString(cell) {
		return cell
	}
	return "'" + cell
}

// maskDigits hides all digits of a cell but the last two.
func maskDigits(cell string) string {
	masked := []byte(cell)
	kept := 0
	for i := len(masked) - 1; i >= 0; i-- {
		if masked[i] < '0' || masked[i] > '9' {
			continue
		}
		if kept++; kept > 2 {
			masked[i] = '*'
		}
	}
	return string(masked)
}
