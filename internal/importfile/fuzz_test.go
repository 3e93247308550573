package importfile

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"entraphone/internal/authmethod"
	"entraphone/internal/heading"
)

// sent is what a row that is fit sends.
func sent(r *authmethod.Row) string {
	return fmt.Sprint(r.User, " ", r.PhoneType, " ", r.Number.Graph())
}

// wrongInExcerpt hands back all lines with refused rows, and says what is wrong
// with them: a row of them that is fit now, or a line that is not refused again.
func wrongInExcerpt(text []byte, opts Options, file *File) string {
	remarks, fit := map[int32]Remark{}, map[string]bool{}
	for _, r := range file.Rows.All() {
		if r.Rejected() {
			remarks[r.Line] = Remark{`a "reason", and so on`, "an advice"}
		}
	}
	for _, r := range file.Rows.All() {
		if _, back := remarks[r.Line]; back && !r.Rejected() {
			fit[sent(r)] = true // another phone of the line
		}
	}
	if len(remarks) == 0 {
		return ""
	}
	var out bytes.Buffer
	if err := Excerpt(context.Background(), bytes.NewReader(text), opts, file, remarks, &out); err != nil {
		return err.Error()
	}
	again, err := Read(context.Background(), bytes.NewReader(out.Bytes()), opts)
	if err != nil && (!utf8.Valid(text) || bytes.Contains(out.Bytes(), []byte("\ufffd"))) {
		return "" // a heading that has lost letters is refused aloud
	}
	if err != nil {
		return fmt.Sprintf("reading %q: %v", out.String(), err)
	}
	refused := map[int32]bool{}
	for _, r := range again.Rows.All() {
		if r.Rejected() {
			refused[r.Line] = true
		} else if !fit[sent(r)] {
			return fmt.Sprintf("row %s of %q is fit, and was not before", show(r), out.String())
		}
	}
	if len(refused) < len(remarks) { // parts of a cell come back too
		return fmt.Sprintf("%d lines of %q are refused, want %d or more", len(refused), out.String(), len(remarks))
	}
	return ""
}

// addSeeds adds all samples, and what took long to find.
func addSeeds(f *testing.F) {
	f.Helper()
	paths, err := filepath.Glob(filepath.Join("testdata", "[0-9]*"))
	if err != nil || len(paths) == 0 {
		f.Fatalf("samples = %v, %v", paths, err)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	for _, text := range []string{
		"\ufeff\"user\";\"phoneType\";\"phoneNumber\"\r\na@b;mobile;\"x\r\n\"\"\r\n", "user,mobile\r\ra@b,\"1\"2\n,,,\n\xff,\xff",
		"user\tphone\tcountry\na@b\t1\tUK\n\"\n\n", "user,mobile\n" + strings.Repeat("\"\n", 300),
		"sep=;\nuser;mobile\na@b;1\n", "#TYPE x\n'user'|'mobile'\n'a@b'|'+1'\n", "version:v1.0,,\nuser,mobile\nExample: a@b,\nuser,mobile\n",
		"\xff\xfeu\x00p\x00n\x00,\x00m\x00o\x00b\x00i\x00l\x00e\x00\n\x00a\x00@\x00b\x00,\x001\x00",
		"user,countryCode,areaCode,phone,ext\na,44,020,79460123,x1\na@b,840,206,5550100,\n1,+1,,2065550100,0\n",
		"user;mobile;office;Durchwahl;Land\na;1;2;3;840\na@b;;+49 30 23125;123;Allemagne\n",
		"user,mobile,x\na@b,\"1\nc@d,+1 2065550101,\"\ne@f,\"\n\",2,\"3\" \n4\"5",
	} {
		f.Add([]byte(text))
	}
}

// checkLines says what is wrong with where the rows stand.
func checkLines(t *testing.T, text []byte, file *File) {
	t.Helper()
	last := int32(1)
	for i, r := range file.Rows.All() {
		if r.Line < last || int(r.Line) > file.Reading.Lines || r.Column < 0 {
			t.Errorf("row %d: line %d, column %d after line %d of %d lines", i, r.Line, r.Column, last, file.Reading.Lines)
		}
		if !r.Rejected() && !heading.Addressable(r.User) {
			t.Errorf("line %d: the user %q is not rejected", r.Line, r.User)
		}
		last = r.Line
	}
	if strings.HasPrefix(file.Reading.Encoding, "UTF-16") {
		return // line ends are not single bytes then
	}
	ends := len(lineEnd.FindAllIndex(text, -1))
	if got := file.Reading.Lines - ends; got != 0 && got != 1 {
		t.Errorf("Lines = %d, want that of %d line ends", file.Reading.Lines, ends)
	}
}

var lineEnd = regexp.MustCompile(`\r\n|\n|\r`)

// maxFuzzTime is far more than a file of a fuzzer takes.
const maxFuzzTime = 10 * time.Second

// FuzzCells is FuzzRead without the numbers and the way back, which take most of
// its time.
func FuzzCells(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, text []byte) {
		start := time.Now()
		file, err := read(t.Context(), bytes.NewReader(text), Options{Name: "a.csv", UserDomain: "example.com"}, func(number) {})
		if took := time.Since(start); took > maxFuzzTime {
			t.Errorf("reading took %v", took)
		}
		if err == nil {
			checkLines(t, text, file)
		}
	})
}

func FuzzRead(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, text []byte) {
		opts := Options{Name: "a.csv", DefaultCountry: "US", UserDomain: "example.com"}
		file, err := Read(t.Context(), bytes.NewReader(text), opts)
		if err != nil {
			return
		}
		if wrong := wrongInExcerpt(text, opts, file); wrong != "" {
			t.Error(wrong)
		}
		checkLines(t, text, file)
		for _, r := range file.Rows.All() {
			if r.Rejected() != r.Number.IsZero() && !(r.Action == authmethod.Remove && strings.TrimSpace(r.Input) == "") {
				t.Errorf("line %d: rejected %t, number %v", r.Line, r.Rejected(), r.Number)
			}
		}
	})
}
