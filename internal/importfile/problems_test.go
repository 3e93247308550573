package importfile

import (
	"slices"
	"strings"
	"testing"

	"entraphone/internal/authmethod"
)

// A number that got into the wrong column must not get into a message.
func TestMessagesHoldNoNumber(t *testing.T) {
	f := mustRead(t, "user,phoneType,phoneNumber,country\n+1 2065550101,+1 206 5550101,206-555-0101,2065550101\n", Options{})
	r := f.Rows.At(0)
	found := slices.Concat(r.Found().Problems, r.Found().Notes)
	if len(found) < 3 {
		t.Fatalf("%d problems and notes, want at least 3", len(found))
	}
	for _, p := range found {
		if strings.Contains(p.Message+p.Advice, "0101") {
			t.Errorf("%s: message %q, advice %q hold the number", p.Code.Word(), p.Message, p.Advice)
		}
	}
}

func TestMessagesNameWhatWasFound(t *testing.T) {
	tests := []struct{ line, want string }{
		{"ada@example.com,pager,+1 2065550101,", `the phone type "pager" is not one of mobile, alternateMobile and office`},
		{"ada@example.com,,+1 2065550101,", "the phone type (empty) is not one of"},
		{"ada@example.com,mobile,+1 2065550101,Atlantis", `the country "Atlantis" is not known`},
		{"ada@example.com,mobile,206-555-0101," + strings.Repeat("x", 41), `country "` + strings.Repeat("x", 40) + `…" names no country`},
		{"ada@example.com,mobile,\"+1 2065550101,US", "a quote is opened, and not closed before the end of the file"},
		{"ada@example.com,mobile,\"+1 2065550101,US\n\"bo@example.com\",,,", "a quote is opened, and not closed on its line"},
		{"ada@example.com,mobile,\"+1 2065550101,US" + strings.Repeat("\n", 100), "a quote is opened, and not closed within 100 lines or 64 KiB"},
		{"ada@example.com,mobile,\"+1 2065550101,US", `; column 3 "phoneNumber"`},
		{"ada@example.com,mobile,+1 2065550101,\"US\" x", `text follows a closing quote ("); column 4 "country"`},
		{"ada@example.com,mobile,+1,2065550101,US", "the line has 5 cells, the heading has 4"},
		{"ada@example.com,\"mobile\n\",+1", "the line has 3 cells, the heading has 4; a quote makes it run over 2 lines"},
	}
	for _, test := range tests {
		r := mustRead(t, "user,phoneType,phoneNumber,country\n"+test.line+"\n", Options{}).Rows.At(0)
		says := func(p authmethod.Problem) bool { return strings.Contains(p.Message, test.want) }
		if !slices.ContainsFunc(slices.Concat(r.Found().Problems, r.Found().Notes), says) {
			t.Errorf("%q: problems %v, notes %v, want %q", test.line, r.Found().Problems, r.Found().Notes, test.want)
		}
	}
}

// What a line may stand in is said with its lines, and of all lines.
func TestInsideQuoteNamesItsLines(t *testing.T) {
	f := mustRead(t, "user,mobile\nada@example.com,x,\"\nbo@example.com,+1 2065550102\ncy@example.com,\"+1 2065550103\n", Options{})
	want := authmethod.Problem{
		Code:    "inside-quote",
		Message: "the line may stand inside a quoted cell that begins on line 2 and ends on line 4; nothing of it is sent",
		Advice:  "correct line 2 first: close its quote or take it out; then look whether the lines up to 4 are rows",
	}
	for i := 1; i < f.Rows.Len(); i++ {
		if got := f.Rows.At(authmethod.RowNumber(i)).Found().Problems; !slices.Contains(got, want) || !f.Rows.At(authmethod.RowNumber(i)).Number.IsZero() {
			t.Errorf("line %d: problems = %v, want %v among them, and no number", f.Rows.At(authmethod.RowNumber(i)).Line, got, want)
		}
	}
	if f.Rows.Len() != 3 {
		t.Errorf("%d rows, want 3", f.Rows.Len())
	}
}

// A line by itself is not read as the last of the file.
func TestQuoteOfDoubtfulLine(t *testing.T) {
	f := mustRead(t, "user,mobile\nada@example.com,\"1\nbo@example.com,\"+1\n", Options{})
	if got, want := f.Rows.At(1).Found().Problems[0].Message, `a quote is opened, and not closed on its line; column 2 "mobile"`; got != want {
		t.Errorf("line 3: problem = %q, want %q", got, want)
	}
}

// gocsv may take a batch either way.
func TestBatchReadsAsReadAll(t *testing.T) {
	in, _, err := openLines(t.Context(), strings.NewReader("name,user,mobile\nAda,ada@example.com,1\nBo,bo@example.com,2\n"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	var table *batch
	for table, err = range in.batches() {
		if err != nil {
			t.Fatal(err)
		}
	}
	all, err := table.ReadAll()
	want := [][]string{{"user", "mobile"}, {"ada@example.com", "1"}, {"bo@example.com", "2"}}
	if err != nil || !slices.EqualFunc(all, want, slices.Equal) {
		t.Errorf("ReadAll = %q, %v, want %q", all, err, want)
	}
	for i := range want {
		if got, err := table.Read(); err != nil || !slices.Equal(got, want[i]) {
			t.Errorf("Read %d = %q, %v, want %q", i, got, err, want[i])
		}
	}
	if got, err := table.Read(); err == nil {
		t.Errorf("Read after the last = %q, want EOF", got)
	}
}
