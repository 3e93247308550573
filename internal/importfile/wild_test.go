package importfile

import (
	"cmp"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"entraphone/internal/authmethod"
	"entraphone/internal/heading"
	"entraphone/internal/table"
)

// wildFile is a file as people have it, with what is to be read out of it.
type wildFile struct {
	File           string
	Encoding       string
	Delimiter      string
	HeaderLine     int
	SkipLines      []int
	Layout         string
	UserColumn     string
	PhoneColumns   map[string]string // heading to phone type
	CountryColumn  string
	DefaultCountry string
	Profile        string // that decides what the headings leave open
	Ambiguous      string // what the error says without it
	UserDomain     string
	Rows           []wildRow
}

type wildRow struct {
	Line      int32
	User      string
	PhoneType string
	Raw       string
	Number    string
	Issue     string
}

// wildFiles are all of them.
func wildFiles(t *testing.T) []wildFile {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	var manifest struct{ Files []wildFile }
	if err := json.Unmarshal(text, &manifest); err != nil {
		t.Fatal(err)
	}
	return manifest.Files
}

func TestWildFiles(t *testing.T) {
	for _, wild := range wildFiles(t) {
		t.Run(wild.File, wild.test)
	}
}

// options are what the file is read with.
func (w wildFile) options(t *testing.T) Options {
	t.Helper()
	opts := Options{Name: w.File, DefaultCountry: w.DefaultCountry, UserDomain: w.UserDomain}
	if w.Profile != "" {
		p, known := heading.NamedProfile(w.Profile)
		if !known {
			t.Fatalf("there is no profile %q", w.Profile)
		}
		opts.Profile = p
	}
	return opts
}

func (w wildFile) test(t *testing.T) {
	opts := w.options(t)
	if w.Profile != "" {
		if _, err := w.read(t, Options{DefaultCountry: w.DefaultCountry}); err == nil || !strings.Contains(err.Error(), w.Ambiguous) {
			t.Errorf("without a profile: %v, want it to say %q", err, w.Ambiguous)
		}
	}
	f, err := w.read(t, opts)
	if err != nil {
		t.Fatal(err)
	}
	w.testReading(t, f.Reading)
	w.testRows(t, f)
}

func (w wildFile) read(t *testing.T, opts Options) (*File, error) {
	t.Helper()
	src, name, err := Open(t.Context(), filepath.Join("testdata", w.File), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	opts.Name = name
	return Read(t.Context(), src, opts)
}

func (w wildFile) testReading(t *testing.T, r Reading) {
	encodings := map[string]string{"ascii": "UTF-8", "utf-8": "UTF-8", "utf-8-bom": "UTF-8", "utf-16le-bom": "UTF-16 LE", "windows-1252": "Windows-1252"}
	if r.Encoding != encodings[w.Encoding] || r.Delimiter != table.DelimiterName(w.Delimiter[0]) || r.HeadingLine != w.HeaderLine {
		t.Errorf("read as %s with %s and the heading on line %d, want %s, %q, line %d", r.Encoding, r.Delimiter, r.HeadingLine, w.Encoding, w.Delimiter, w.HeaderLine)
	}
	var skipped []int
	for _, s := range r.Skipped {
		skipped = append(skipped, s.Line)
	}
	if !slices.Equal(skipped, w.SkipLines) {
		t.Errorf("skipped lines %v, want %v", skipped, w.SkipLines)
	}
	want := map[string]string{w.UserColumn: "user"}
	if w.CountryColumn != "" {
		want[w.CountryColumn] = "country"
	}
	for heading, phoneType := range w.PhoneColumns {
		want[heading] = phoneType
	}
	if got := r.Long; got != (w.Layout == "long") {
		t.Errorf("Long = %t, want layout %s", got, w.Layout)
	}
	found := 0
	for _, c := range r.Columns {
		for heading, key := range want {
			if strings.TrimSpace(heading) != c.Heading {
				continue
			}
			found++
			if c.Key != key && !r.Long {
				t.Errorf("column %q means %s, want %s", c.Heading, c.Key, key)
			}
		}
	}
	if found != len(want) {
		t.Errorf("columns = %v, want %v", r.Columns, want)
	}
}

func (w wildFile) testRows(t *testing.T, f *File) {
	var got []*authmethod.Row
	removed := 0
	for _, r := range f.Rows.All() {
		if r.Action == authmethod.Remove {
			removed++ // has no number, and no row in the manifest
			continue
		}
		got = append(got, r)
	}
	if leavers := map[string]int{"09-upn-mobile-office-alternate-forced.csv": 3}[w.File]; removed != leavers {
		t.Errorf("%d phones are removed, want %d", removed, leavers)
	}
	// A line's phones stand in the order of the columns, which the manifest
	// does not keep. One without a number is no row, and only counted.
	slices.SortStableFunc(got, func(a, b *authmethod.Row) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), strings.Compare(string(a.PhoneType), string(b.PhoneType)))
	})
	wanted := slices.DeleteFunc(slices.Clone(w.Rows), func(r wildRow) bool { return r.Raw == "" })
	slices.SortStableFunc(wanted, func(a, b wildRow) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), strings.Compare(a.PhoneType, b.PhoneType))
	})
	if len(got) != len(wanted) {
		t.Errorf("%d rows, want %d", len(got), len(wanted))
	}
	for i := range min(len(got), len(wanted)) {
		r, want := got[i], wanted[i]
		if r.Line != want.Line || !strings.EqualFold(r.User, want.User) || string(r.PhoneType) != want.PhoneType || r.Input != want.Raw {
			t.Errorf("row = %s, want %+v", show(r), want)
		}
		// That two rows contradict each other is not seen here.
		if strings.HasPrefix(want.Issue, "same user and type twice") {
			continue
		}
		if r.Rejected() != (want.Issue != "") || r.Number.Graph() != want.Number {
			t.Errorf("line %d: number %q, problems %v, want %q, %q", r.Line, r.Number.Graph(), r.Found().Problems, want.Number, want.Issue)
		}
	}
}
