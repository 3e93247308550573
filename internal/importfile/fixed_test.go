package importfile

import (
	"bytes"
	"context"
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"entraphone/internal/authmethod"
)

// fixedOf is a cleaned copy of a text.
func fixedOf(t testing.TB, text string, opts Options) string {
	t.Helper()
	f, err := Read(t.Context(), strings.NewReader(text), opts)
	if err != nil {
		t.Fatalf("Read(%q): %v", text, err)
	}
	remarks := map[int32]Remark{}
	for _, r := range f.Rows.All() {
		if r.Rejected() {
			remarks[r.Line] = Remark{"it is wrong", "correct it"}
		}
	}
	var out bytes.Buffer
	if err := Fixed(t.Context(), strings.NewReader(text), opts, f, remarks, &out); err != nil {
		t.Fatalf("Fixed(%q): %v", text, err)
	}
	return out.String()
}

// fit are the rows that would be sent, without where they stand.
func fit(f *File) (rows []string) {
	for _, r := range f.Rows.All() {
		if !r.Rejected() {
			rows = append(rows, strings.Join([]string{r.User, string(r.PhoneType), r.Number.Graph(), r.Action.String()}, " "))
		}
	}
	return rows
}

// Every sample comes back in its own dialect with the same rows, and none of its
// numbers needs a repair any more: each is noted as it would be if it had stood there
// from the beginning.
func TestFixedSamplesReadAlike(t *testing.T) {
	for _, wild := range wildFiles(t) {
		t.Run(wild.File, func(t *testing.T) {
			text, err := os.ReadFile(filepath.Join("testdata", wild.File))
			if err != nil {
				t.Fatal(err)
			}
			opts := wild.options(t)
			first := mustRead(t, string(text), opts)
			fixed := fixedOf(t, string(text), opts)
			again := mustRead(t, fixed, opts)
			if diff := cmp.Diff(fit(first), fit(again)); diff != "" {
				t.Errorf("rows of %q (-want +got):\n%s", fixed, diff)
			}
			a, b := first.Reading, again.Reading
			if first.Rows.Len() != again.Rows.Len() || a.Encoding != b.Encoding || a.ByteOrderMark != b.ByteOrderMark || a.Delimiter != b.Delimiter || a.Quote != b.Quote {
				t.Errorf("%d rows, want %d; read back as\n%v\nwant\n%v", again.Rows.Len(), first.Rows.Len(), b, a)
			}
			if repairs := repairsIn(again); len(repairs) > 0 {
				t.Errorf("the copy %q still has %v", fixed, repairs)
			}
			if twice := fixedOf(t, fixed, opts); len(mustRead(t, twice, opts).Reading.headings) != len(b.headings) {
				t.Errorf("copied twice: %q, want as many columns", twice)
			}
		})
	}
}

// repairsIn are the notes about how a cell of a phone was read.
func repairsIn(f *File) (found []authmethod.Code) {
	for _, r := range f.Rows.All() {
		for _, note := range r.Found().Notes {
			if !r.Rejected() && slices.Contains(repairs(), note.Code) {
				found = append(found, note.Code)
			}
		}
	}
	return found
}

// repairs are the notes that a number in Graph's form cannot have. Those are told by
// the numbering plans, and stay.
func repairs() (codes []authmethod.Code) {
	stay := []authmethod.Code{authmethod.CodeNotAssigned, authmethod.CodeExtensionOnMobile, authmethod.CodeFixedLine, authmethod.CodeSpecialRate, authmethod.CodeNoTexts}
	for _, e := range authmethod.Catalogue() {
		if e.Kind == "note" && e.Code != authmethod.CodeUserDisabled {
			codes = append(codes, e.Code)
		}
		if e.Code == authmethod.CodeUserDisabled { // the notes behind it are of other cells
			break
		}
	}
	return slices.DeleteFunc(codes, func(c authmethod.Code) bool { return slices.Contains(stay, c) })
}

func TestFixed(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"numbers in Graph's form, all else as it was", "sep=;\r\nUPN;Mobile;\"Pass word\"\r\n\"a@example.com\";+44 (0)7700 900123;\"p;w\"\r\nb@example.com;0800;x\r\n",
			"sep=;\r\nUPN;Mobile;\"Pass word\";entraphone_line;entraphone_reason;entraphone_advice\r\n\"a@example.com\";+44 7700900123;\"p;w\";;;\r\nb@example.com;0800;x;4;it is wrong;correct it\r\n"},
		{"formulas", "UPN,Mobile,Note\na@example.com,+44 7700 900123,=1+1\nb@example.com,+44-12,@x\n",
			"UPN,Mobile,Note,entraphone_line,entraphone_reason,entraphone_advice\na@example.com,+44 7700900123,\"'=1+1\",,,\nb@example.com,\"'+44-12\",\"'@x\",3,it is wrong,correct it\n"},
		{"a line of words and a footer", "EMAIL,CELL\nEmail,Mobile Phone\na@example.com,0044 7700 900123\n(1 rows affected)\n",
			"EMAIL,CELL,entraphone_line,entraphone_reason,entraphone_advice\nEmail,Mobile Phone\na@example.com,+44 7700900123,,,\n(1 rows affected)\n"},
		{"a line that cannot be split", "UPN,Mobile\na@example.com,\"1\nb@example.com,0044 7700 900123\n",
			"UPN,Mobile,entraphone_line,entraphone_reason,entraphone_advice\n\"a@example.com,\"\"1\",,2,it is wrong,correct it\nb@example.com,+44 7700900123,,,\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := fixedOf(t, test.text, Options{}); got != test.want {
				t.Errorf("fixed %q:\n%q, want\n%q", test.text, got, test.want)
			}
		})
	}
}

// Whatever stands in the cells, the copy gives the same rows.
func TestFixedGivesTheSameRows(t *testing.T) {
	cells := rapid.SampledFrom([]string{
		"", "a@example.com", "-dash@example.com", "=cmd@example.com", "'quoted@example.com", "mailto:b@example.com", "Mia <c@example.com>", "nobody", "+44 (0)7700 900123", "0044 7700 900124",
		"07700 900125", "'+1 2065550101", "=\"+46701740605\"", "4.4E+11", "+1 206 555 0101 ext. 12", "020 7946 0123", "n/a", "néant", "GB", "France", "=1+1", "@x", "-1", "a;b", "a,b", "say \"so\"", "two\nlines", "(1 rows affected)",
	})
	rapid.Check(t, func(t *rapid.T) {
		var text strings.Builder
		w := csv.NewWriter(&text)
		w.Comma = rapid.SampledFrom([]rune{',', ';', '\t'}).Draw(t, "delimiter")
		_ = w.Write([]string{"UPN", "Mobile", "Office", "Country", "Department"})
		_ = w.Write([]string{"first@example.com", "+44 7700 900120", "", "GB", "IT"})
		for range rapid.IntRange(0, 12).Draw(t, "lines") {
			_ = w.Write([]string{cells.Draw(t, "user"), cells.Draw(t, "mobile"), cells.Draw(t, "office"), cells.Draw(t, "country"), cells.Draw(t, "department")})
		}
		w.Flush()
		first, err := Read(context.Background(), strings.NewReader(text.String()), Options{})
		if err != nil {
			return // a file that is refused has no copy
		}
		var out bytes.Buffer
		if err := Fixed(context.Background(), strings.NewReader(text.String()), Options{}, first, nil, &out); err != nil {
			t.Fatal(err)
		}
		again, err := Read(context.Background(), bytes.NewReader(out.Bytes()), Options{})
		if err != nil {
			t.Fatalf("the copy %q: %v", out.String(), err)
		}
		if diff := cmp.Diff(fit(first), fit(again)); diff != "" {
			t.Fatalf("rows of %q, the copy of %q (-want +got):\n%s", out.String(), text.String(), diff)
		}
		if repairs := repairsIn(again); len(repairs) > 0 {
			t.Fatalf("the copy %q still has %v", out.String(), repairs)
		}
	})
}
