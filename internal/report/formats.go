package report

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"entraphone/internal/authmethod"
)

// resultLine is a line of results.jsonl: the columns of results.csv under their names,
// with numbers as numbers. Empty ones are left out. Members may be added.
type resultLine struct {
	Line             int32  `json:"line"`
	User             string `json:"user"`
	PhoneType        string `json:"phoneType"`
	PhoneNumber      string `json:"phoneNumber,omitempty"`
	Outcome          string `json:"outcome"`
	Class            string `json:"class,omitempty"`
	HTTPStatus       int    `json:"httpStatus,omitempty"`
	Code             string `json:"code,omitempty"`
	Message          string `json:"message,omitempty"`
	Advice           string `json:"advice,omitempty"`
	RequestID        string `json:"requestId,omitempty"`
	Attempts         int    `json:"attempts"`
	FinishedAt       string `json:"finishedAt,omitempty"`
	Input            string `json:"input,omitempty"`
	Reason           string `json:"reason,omitempty"`
	RegisteredNumber string `json:"registeredNumber,omitempty"`
	RegisteredAs     string `json:"registeredAs,omitempty"`
	SMSSignInState   string `json:"smsSignInState,omitempty"`
}

// WriteLines writes results.jsonl as [Publish] does: an object for each row, one a
// line, in the order of the file. Unlike in results.csv nothing stands in front of
// what a spreadsheet would run.
func WriteLines(path string, results *authmethod.Results, mask bool) error {
	err := Publish(path, func(w io.Writer) error {
		encoder := json.NewEncoder(w)
		for n := range results.Rows().All() {
			l := rendered(results, n, mask)
			err := encoder.Encode(resultLine{
				Line: l.Line, User: l.User, PhoneType: l.PhoneType, PhoneNumber: l.PhoneNumber, Outcome: l.Outcome, Class: l.Class,
				HTTPStatus: results.At(n).Status, Code: l.Code, Message: l.Message, Advice: l.Advice, RequestID: l.RequestID,
				Attempts: l.Attempts, FinishedAt: l.FinishedAt, Input: l.Input, Reason: l.Reason,
				RegisteredNumber: l.RegisteredNumber, RegisteredAs: l.RegisteredAs, SMSSignInState: l.SMSSignInState,
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("writing the results as JSON: %w", err)
	}
	return nil
}

// testCase is a row as JUnit has it: a test, which failed, was skipped, or passed. The
// format has no schema of its own; this is what
// https://github.com/testmoapp/junitxml gathers from the programs that read it.
type testCase struct {
	XMLName xml.Name   `xml:"testcase"`
	Name    string     `xml:"name,attr"`
	Class   string     `xml:"classname,attr"`
	Failure *testFault `xml:"failure,omitempty"`
	Error   *testFault `xml:"error,omitempty"`
	Skipped *testFault `xml:"skipped,omitempty"`
}

type testFault struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr,omitempty"`
	Text    string `xml:",chardata"`
}

// WriteJUnit writes results.xml as [Publish] does, for what shows results of tests: a
// test for each row, named by line, user and type. A row that needs somebody is a
// failure, or, where nobody knows what became of it, an error; one that was not
// attempted is skipped. It names no number.
func WriteJUnit(path string, results *authmethod.Results, f Facts) error {
	err := Publish(path, func(w io.Writer) error {
		counts := results.Counts()
		failures := 0
		for outcome, n := range counts {
			if !outcome.Success() && outcome != authmethod.Unknown && outcome != authmethod.NotAttempted {
				failures += n
			}
		}
		name := strings.TrimPrefix(f.Kind()+" ", " ") + f.Input
		fmt.Fprintf(w, "%s<testsuites><testsuite name=%s tests=\"%d\" failures=\"%d\" errors=\"%d\" skipped=\"%d\" time=\"%.3f\" timestamp=\"%s\">\n",
			xml.Header, attribute(name), results.Rows().Len(), failures, counts[authmethod.Unknown], counts[authmethod.NotAttempted],
			f.FinishedAt.Sub(f.StartedAt).Seconds(), f.StartedAt.UTC().Format("2006-01-02T15:04:05"))
		encoder := xml.NewEncoder(w)
		for n := range results.Rows().All() {
			if err := encoder.Encode(newTestCase(results, n)); err != nil {
				return err
			}
		}
		_, err := io.WriteString(w, "\n</testsuite></testsuites>\n")
		return err
	})
	if err != nil {
		return fmt.Errorf("writing the results as JUnit's: %w", err)
	}
	return nil
}

func newTestCase(results *authmethod.Results, n authmethod.RowNumber) testCase {
	l, outcome := rendered(results, n, true), results.At(n).Outcome
	c := testCase{Name: strings.TrimSpace(fmt.Sprintf("line %d: %s %s", l.Line, l.User, l.PhoneType)), Class: l.Outcome}
	fault := &testFault{Message: l.Message, Type: l.Class, Text: l.Advice}
	switch {
	case outcome.Success():
	case outcome == authmethod.Unknown:
		c.Error = fault
	case outcome == authmethod.NotAttempted:
		c.Skipped = fault
	default:
		c.Failure = fault
	}
	return c
}

// attribute is a text as an attribute, in quotes.
func attribute(text string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text)) // a Builder takes everything
	return `"` + b.String() + `"`
}
