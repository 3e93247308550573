package report

import (
	"cmp"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/gocarina/gocsv"
	"github.com/google/uuid"

	"entraphone/internal/authmethod"
	"entraphone/internal/spreadsheet"
)

// line is a line of results.csv. The order of the fields is the order of the
// columns, which scripts rely on. Columns may be added at the end; none is
// renamed, moved or left out.
type line struct {
	Line        int32  `csv:"line"`
	User        string `csv:"user"`
	PhoneType   string `csv:"phoneType"`
	PhoneNumber string `csv:"phoneNumber"`
	Outcome     string `csv:"outcome"`
	Class       string `csv:"class"`
	// HTTPStatus is a text because 0 would look like a status; it is empty for
	// rows that got no answer.
	HTTPStatus string `csv:"httpStatus"`
	Code       string `csv:"code"`
	Message    string `csv:"message"`
	Advice     string `csv:"advice"`
	RequestID  string `csv:"requestId"`
	Attempts   int    `csv:"attempts"`
	FinishedAt string `csv:"finishedAt"`
	// Input is the phone cell as the file has it, masked with --mask.
	Input  string `csv:"input"`
	Reason string `csv:"reason"`
	// RegisteredNumber is the number that was found where the row's belongs: before
	// an update or a removal, or in its place in a conflict.
	RegisteredNumber string `csv:"registeredNumber"`
	// RegisteredAs is the type under which the phone was created where it is not the
	// row's.
	RegisteredAs   string `csv:"registeredAs"`
	SMSSignInState string `csv:"smsSignInState"`
	// Credential is the one of several that the row was sent by.
	Credential string `csv:"credential"`
	// Target is the same for all rows, so that a line tells by itself whether it is of a
	// tenant.
	Target string `csv:"target"`

	country string // for the page; no column, as it is not exported
}

// WriteResults writes results.csv as [Publish] does. With mask, phone numbers
// show their last two digits only. It takes the results of the whole file, those
// of earlier attempts among them: a resumed run replaces the file and does not
// append to it. Of the facts only the target and the kind of the run are needed.
func WriteResults(path string, results *authmethod.Results, f Facts, mask bool) error {
	err := Publish(path, func(w io.Writer) error {
		if _, err := io.WriteString(w, byteOrderMark); err != nil {
			return err
		}
		return writeLines(w, results, Safe(f.where()), mask)
	})
	if err != nil {
		return fmt.Errorf("writing the results: %w", err)
	}
	return nil
}

// byteOrderMark tells Excel that a file is UTF-8; without it umlauts are read as two
// other letters.
const byteOrderMark = "\ufeff"

// rowsAtOnce is how many rows are rendered at a time, so that a million of them
// never stand in memory as text.
const rowsAtOnce = 512

// writeLines writes a heading, a line for each row in the order of the file, and
// nothing else. A file without rows has its heading.
func writeLines(w io.Writer, results *authmethod.Results, target string, mask bool) error {
	lines := make([]line, 0, rowsAtOnce)
	marshal := func() error { return gocsv.Marshal(lines, w) } // with the heading, the first time
	for n := range results.Rows().All() {
		if len(lines) == rowsAtOnce {
			if err := marshal(); err != nil {
				return err
			}
			lines = lines[:0]
			marshal = func() error { return gocsv.MarshalWithoutHeaders(lines, w) }
		}
		l := newLine(results, n, mask)
		l.Target = target
		lines = append(lines, l)
	}
	return marshal()
}

// newLine renders one row for spreadsheets. Masking comes first and the protection
// against formulas last, so that no text gets past either.
func newLine(results *authmethod.Results, n authmethod.RowNumber, mask bool) line {
	l := rendered(results, n, mask)
	for _, cell := range l.foreign() {
		*cell = Safe(*cell)
	}
	return l
}

// foreign are the cells that hold what a file or a peer has said. The others are words
// and numbers of this program.
func (l *line) foreign() []*string {
	return []*string{&l.User, &l.PhoneType, &l.PhoneNumber, &l.Code, &l.Message, &l.Advice, &l.RequestID, &l.Input, &l.SMSSignInState, &l.Credential}
}

// rendered is a row in words, masked where that is asked for. Its cells may hold
// anything: whoever shows them makes them harmless there.
func rendered(results *authmethod.Results, n authmethod.RowNumber, mask bool) line {
	row, result, notes := results.Rows().At(n), results.At(n), results.Findings(n).Notes
	l := line{
		Line: row.Line, User: row.User, PhoneType: string(row.PhoneType), PhoneNumber: row.Number.Graph(),
		Outcome: string(result.Outcome), Class: string(result.Class), Code: cmp.Or(result.Code, result.Reason.Word()),
		Message: message(result, notes), Advice: advice(result, notes), RequestID: result.RequestID,
		Attempts: result.Attempts, Input: row.Input, Reason: result.Reason.Word(),
		RegisteredNumber: result.Registered.Graph(), RegisteredAs: string(result.As), SMSSignInState: result.SMSSignIn, Credential: result.Credential,
	}
	if result.Outcome == authmethod.Rejected {
		l.PhoneNumber = "" // none is sent
	}
	if mask {
		l.mask(row, result)
	}
	if result.Status != 0 {
		l.HTTPStatus = strconv.Itoa(result.Status)
	}
	if !result.FinishedAt.IsZero() {
		l.FinishedAt = result.FinishedAt.UTC().Format(time.RFC3339)
	}
	return l
}

// mask hides the row's number wherever it may stand: in notes, advice and Graph's
// words too, and in the cells of a rejected row, where columns may have been mixed
// up. The user of a row that is not rejected stays, unless it is called by the number.
func (l *line) mask(row *authmethod.Row, result authmethod.Result) {
	if l.PhoneNumber != "" {
		l.PhoneNumber = row.Number.String()
	}
	l.RegisteredNumber = result.Registered.String()
	l.Input = maskDigits(row.Input)
	l.Message = maskNumbers(l.Message)
	l.Advice, l.Code, l.SMSSignInState = maskNumbers(l.Advice), maskNumbers(l.Code), maskNumbers(l.SMSSignInState)
	if uuid.Validate(l.RequestID) != nil {
		l.RequestID = maskNumbers(l.RequestID)
	}
	if result.Outcome == authmethod.Rejected || names(row.User, row.Number) || names(row.User, result.Registered) {
		l.User, l.PhoneType = MaskUser(l.User), maskNumbers(l.PhoneType)
	}
}

// names reports whether a user is called by the number.
func names(user string, number authmethod.PhoneNumber) bool {
	_, national, _ := number.Parts()
	digits := strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, user)
	return national != "" && strings.Contains(digits, national)
}

// message is what happened, then Graph's own words, then what was repaired or
// looked odd. Graph's words stand behind ours because they are in English, in
// the developers' terms, and may change any day.
func message(result authmethod.Result, notes []authmethod.Problem) string {
	texts := []string{joined(": ", result.Message, result.Detail)}
	for _, note := range notes {
		texts = append(texts, "note: "+note.Message)
	}
	return joined("; ", texts...)
}

// advice is what to do about the outcome, then about what looked odd. Advice
// that a note shares with the outcome is given once.
func advice(result authmethod.Result, notes []authmethod.Problem) string {
	texts := []string{result.Advice}
	for _, note := range notes {
		if note.Advice != result.Advice {
			texts = append(texts, note.Advice)
		}
	}
	return joined("; ", texts...)
}

// joined leaves out empty texts.
func joined(separator string, texts ...string) string {
	return strings.Join(slices.DeleteFunc(texts, func(text string) bool { return text == "" }), separator)
}

// Safe keeps a spreadsheet from running a cell: an apostrophe in front makes it
// text. Control characters that a terminal would obey are left out. Every cell
// that holds a text of the file or of Graph goes through it. The apostrophe is
// visible to programs that read the file, which the manual says. Line
// breaks and tabs stay: the CSV writer quotes them (RFC 4180, section 2).
func Safe(cell string) string { return spreadsheet.Protect(visible(cell)) }

// visible is a text without the control characters.
func visible(cell string) string {
	obeyed := func(r rune) bool { return unicode.IsControl(r) && !strings.ContainsRune("\t\r\n", r) }
	if strings.ContainsFunc(cell, obeyed) { // as in hardly any
		cell = strings.Map(func(r rune) rune {
			if obeyed(r) {
				return -1
			}
			return r
		}, cell)
	}
	return cell
}

// likeNumber finds what may be a phone number in a text, whatever groups its
// digits. It takes six digits or more with what stands between them, but for
// letters: shorter ones are line numbers, years and codes.
var likeNumber = regexp.MustCompile(`\p{N}(?:[^\p{L}\p{N}]{0,4}\p{N}){5,}`)

// MaskUser hides what may be a phone number in the name of a user, as a file has
// where its columns were mixed up. Object ids stay. Logs use it for every user,
// reports for those of rejected rows.
func MaskUser(user string) string {
	if uuid.Validate(user) == nil {
		return user
	}
	return maskNumbers(user)
}

// maskNumbers masks the numbers within a text, and leaves the text.
func maskNumbers(text string) string { return likeNumber.ReplaceAllStringFunc(text, maskDigits) }

// MaskCell hides the digits of a cell of phones, as the results show it.
func MaskCell(cell string) string { return maskDigits(cell) }

// maskDigits hides all digits of a text but the last two, in every script. Two
// are enough to tell the phones of a row from each other, and too few to dial.
func maskDigits(text string) string {
	runes := []rune(text)
	kept := 0
	for i := len(runes) - 1; i >= 0; i-- {
		if !unicode.IsNumber(runes[i]) {
			continue
		}
		if kept++; kept > 2 {
			runes[i] = '*'
		}
	}
	return string(runes)
}
