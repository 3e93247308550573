package importfile

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// wildFile is a file as people have it, with what is to be read out of it.
type wildFile struct {
	File           string
	Layout         string
	UserColumn     string
	PhoneColumns   map[string]string // heading to phone type
	CountryColumn  string
	DefaultCountry string
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

func TestWildFiles(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("testdata", "manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	var manifest struct{ Files []wildFile }
	if err := json.Unmarshal(text, &manifest); err != nil {
		t.Fatal(err)
	}
	for _, wild := range manifest.Files {
		t.Run(wild.File, wild.test)
	}
}

func (w wildFile) test(t *testing.T) {
	src, name, err := Open(filepath.Join("testdata", w.File), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	f, err := Read(t.Context(), src, Options{Name: name, DefaultCountry: w.DefaultCountry})
	if err != nil {
		t.Fatal(err)
	}
	w.testReading(t, f.Reading)
	w.testRows(t, f)
}

func (w wildFile) testReading(t *testing.T, r Reading) {
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
	i := 0
	for _, want := range w.Rows {
		if want.PhoneType == "" {
			continue // a person without any phone is no row
		}
		if i == f.Rows.Len() {
			t.Fatalf("%d rows, want one for line %d", i, want.Line)
		}
		r := f.Rows.At(i)
		i++
		if r.Line != want.Line || !strings.EqualFold(r.User, want.User) || string(r.PhoneType) != want.PhoneType || r.Input != want.Raw {
			t.Errorf("row = %s, want %+v", show(r), want)
		}
		// That two rows contradict each other is not seen here.
		if strings.HasPrefix(want.Issue, "same user and type twice") {
			continue
		}
		if r.Rejected() != (want.Issue != "") || r.Number.Graph() != want.Number {
			t.Errorf("line %d: number %q, problems %v, want %q, %q", r.Line, r.Number.Graph(), r.Problems(), want.Number, want.Issue)
		}
	}
	if i != f.Rows.Len() {
		t.Errorf("%d rows, want %d", f.Rows.Len(), i)
	}
}
