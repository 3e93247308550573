package importfile

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"entraphone/internal/authmethod"
	"entraphone/internal/table"
)

// ownCodes are the problems and notes of this package; those of the number
// belong to authmethod and are tested there.
var ownCodes = []string{
	"user-missing", "user-not-addressable", "phone-type", "not-utf8", "ragged-row", "quote-not-closed", "inside-quote",
	"text-after-quote", "cell-too-long", "line-too-long", "short-row", "country-unknown", "country-code-unclear", "number-part", "user-completed",
	"user-unwrapped", "no-row", "not-corrected", "breaks-off", "zero-in-cell",
}

// show prints a row as "line:column user type input !problem ~note".
func show(r *authmethod.Row) string {
	text := fmt.Sprintf("%d:%d %s %s %q", r.Line, r.Column, r.User, r.PhoneType, r.Input)
	for _, p := range r.Found().Problems {
		if slices.Contains(ownCodes, p.Code.Word()) {
			text += " !" + p.Code.Word()
		}
	}
	for _, n := range r.Found().Notes {
		if slices.Contains(ownCodes, n.Code.Word()) {
			text += " ~" + n.Code.Word()
		}
	}
	return text
}

func showAll(f *File) []string {
	var rows []string
	for _, r := range f.Rows.All() {
		rows = append(rows, show(r))
	}
	return rows
}

func mustRead(t *testing.T, text string, opts Options) *File {
	t.Helper()
	f, err := Read(t.Context(), strings.NewReader(text), opts)
	if err != nil {
		t.Fatalf("Read(%.200q): %v", text, err)
	}
	return f
}

// headBytes is how much of a file is looked at to tell what it is.
const headBytes = 4 << 10

func TestRows(t *testing.T) {
	const long = "user,phoneType,phoneNumber\n"
	const ada, bo = "ada@example.com,mobile,+1 2065550101\n", "bo@example.com,mobile,+1 2065550102\n"
	const adaAt2, boAt3 = `2:3 ada@example.com mobile "+1 2065550101"`, `3:3 bo@example.com mobile "+1 2065550102"`

	tests := []struct {
		name, text string
		want       []string
	}{
		{"long", long + ada + bo, []string{adaAt2, boAt3}},
		{"carriage returns and line feeds", strings.ReplaceAll(long+ada+bo, "\n", "\r\n"), []string{adaAt2, boAt3}},
		{"carriage returns", strings.ReplaceAll(long+ada+bo, "\n", "\r"), []string{adaAt2, boAt3}},
		{"no line end at the end", long + ada + strings.TrimSuffix(bo, "\n"), []string{adaAt2, boAt3}},
		{"byte order mark", "\ufeff" + long + ada + bo, []string{adaAt2, boAt3}},
		{"byte order mark before a quoted heading", "\ufeff" + `"user","phoneType","phoneNumber"` + "\n" + ada, []string{adaAt2}},
		{"semicolons", strings.ReplaceAll(long+ada+bo, ",", ";"), []string{adaAt2, boAt3}},
		{"tabs", strings.ReplaceAll(long+ada+bo, ",", "\t"), []string{adaAt2, boAt3}},
		{"blank lines", "\n \n" + long + "\n" + ada + ",,\n  , ,\t\n" + bo, []string{
			`5:3 ada@example.com mobile "+1 2065550101"`, `8:3 bo@example.com mobile "+1 2065550102"`}},
		{"line breaks in quotes", long + "ada@example.com,mobile,\"+1\r2065550101\n\r\n\"\n" + bo, []string{
			`2:3 ada@example.com mobile "+1\r2065550101\n\r\n"`, `6:3 bo@example.com mobile "+1 2065550102"`}},
		{"line breaks in the heading", "user,\"phone\ntype\",phoneNumber\n" + ada, []string{`3:3 ada@example.com mobile "+1 2065550101"`}},
		{"doubled quotes", long + `ada@example.com,mobile,"=""+1 2065550101"""` + "\n", []string{
			`2:3 ada@example.com mobile "=\"+1 2065550101\""`}},
		{"a quote within a cell", long + `ada@example.com,mobile,+1 206"5550101` + "\n" + bo, []string{
			`2:3 ada@example.com mobile "+1 206\"5550101"`, boAt3}},

		{"user trimmed, case kept", long + " \u00a0\u200bAda@Example.com\u202c\ufeff ,mobile,+1 2065550101\n", []string{
			`2:3 Ada@Example.com mobile "+1 2065550101" ~user-unwrapped`}},
		{"user by object id", long + "11111111-AAAA-4111-8111-11111111110f,mobile,+1 2065550101\n", []string{
			`2:3 11111111-AAAA-4111-8111-11111111110f mobile "+1 2065550101"`}},
		{"guest user", long + "lena_example.org#EXT#@example.com,mobile,+1 2065550101\n", []string{
			`2:3 lena_example.org#EXT#@example.com mobile "+1 2065550101"`}},
		{"user missing", long + " ,mobile,+1 2065550101\n", []string{`2:3  mobile "+1 2065550101" !user-missing`}},
		{"phone type missing", long + "ada@example.com,,+1 2065550101\n", []string{`2:3 ada@example.com  "+1 2065550101" !phone-type`}},
		{"phone type unknown", long + "ada@example.com, pager ,+1 2065550101\n", []string{
			`2:3 ada@example.com pager "+1 2065550101" !phone-type`}},
		{"phone types in other words", long + "ada@example.com, Alternate Mobile ,+1 2065550101\nbo@example.com,WORK,+1 2065550102\n", []string{
			`2:3 ada@example.com alternateMobile "+1 2065550101"`, `3:3 bo@example.com office "+1 2065550102"`}},

		{"surplus empty cells", long + "ada@example.com,mobile,+1 2065550101,, \n" + bo, []string{adaAt2, boAt3}},
		{"surplus cells", long + "ada@example.com,mobile,+1 206,5550101\n" + bo, []string{`2:0   "" !ragged-row`, boAt3}},
		{"missing cells", "user,phoneType,phoneNumber,note\n" + ada, []string{adaAt2 + " ~short-row"}},
		{"missing needed cells", long + "ada@example.com,mobile\nbo@example.com\n", []string{
			`2:3 ada@example.com mobile "" ~short-row`, `3:3 bo@example.com  "" !phone-type ~short-row`}},

		{"text after a quote", long + `ada@example.com,mobile,"+1 206"5550101` + "\n" + bo, []string{
			`2:0   "" !text-after-quote`, boAt3}},
		{"quote never closed", long + `ada@example.com,mobile,"+1 2065550101` + "\n" + bo, []string{
			`2:0   "" !quote-not-closed`, boAt3}},
		{"quote closed by the next one's opening", long + `ada@example.com,"mobile,+1 2065550101` + "\n" + `bo@example.com,"mobile",+1 2065550102`, []string{
			`2:0   "" !quote-not-closed`, boAt3}},
		{"quote not closed at the end of the line", long + `"ada@example.com","mobile","+1 2065550101` + "\n" + `"bo@example.com","mobile","+1 2065550102"`, []string{
			`2:0   "" !quote-not-closed`, boAt3}},
		{"blanks behind closing quotes", long + `"ada@example.com" ,"mobile"` + "\t,\"+1 2065550101\"  \n" + `"bo@example.com","mobile","+1 2065550102" `, []string{adaAt2, boAt3}},
		{"tabs behind closing quotes are delimiters", "user\tphoneType\tnote\tphoneNumber\n\"ada@example.com\"\t\"mobile\"\t\t+1 2065550101\n", []string{
			`2:4 ada@example.com mobile "+1 2065550101"`}},
		{"blanks and text behind a closing quote", long + `ada@example.com,mobile,"+1 206" 5550101` + "\n" + bo, []string{
			`2:0   "" !text-after-quote`, boAt3}},
		{"blanks and a quote behind a closing quote", long + `ada@example.com,mobile,"+1 206" "5550101"` + "\n" + bo, []string{
			`2:0   "" !text-after-quote`, boAt3}},
		{"quote closed far below, cells fit", "user,phoneType,phoneNumber,note\n" +
			`ada@example.com,mobile,+1 2065550101,"see` + "\nbo@example.com,mobile,+1 2065550102,\n" + `cy@example.com,mobile,+1 2065550103,27"` + "\n", []string{
			`2:0   "" !quote-not-closed`, `3:3 bo@example.com mobile "+1 2065550102" !inside-quote`,
			`4:3 cy@example.com mobile "+1 2065550103" !inside-quote`}},
		{"quote closed far below, short rows", "user,mobile,note\n" +
			`ada@example.com,+1 2065550101,"see` + "\nbo@example.com,+1 2065550102\n" + `cy@example.com,+1 2065550103"` + "\ndi@example.com,+1 2065550104,\n", []string{
			`2:0   "" !quote-not-closed`, `3:2 bo@example.com mobile "+1 2065550102" !inside-quote ~short-row`,
			`4:2 cy@example.com mobile "+1 2065550103\"" !inside-quote ~short-row`, `5:2 di@example.com mobile "+1 2065550104"`}},
		{"a whole row in quotes", "user,mobile,note\n" + `"ada@example.com,+1 2065550101,"` + "\n", []string{`2:0   "" !ragged-row`}},
		{"another delimiter than the heading has", "user,mobile,note\nada@example.com;+1 2065550101;x\nbo@example.com,+1 2065550102,x\n", []string{
			`2:0   "" !ragged-row`, `3:2 bo@example.com mobile "+1 2065550102"`,
		}},
		{"the file breaks off in a number", "user,mobile,note\nada@example.com,+1 2065550101,x\nbo@example.com,+1 20655501", []string{
			`2:2 ada@example.com mobile "+1 2065550101"`, `3:0   "" !breaks-off`}},
		{"the file breaks off in a user", "user,mobile,note\nada@example.com,+1 2065550101,x\nbo@exam", []string{
			`2:2 ada@example.com mobile "+1 2065550101"`, `3:0   "" !breaks-off`}},
		{"all lines are short", "user,mobile,note\nada@example.com,+1 2065550101\nbo@example.com,+1 2065550102", []string{
			`2:2 ada@example.com mobile "+1 2065550101" ~short-row`, `3:2 bo@example.com mobile "+1 2065550102" ~short-row`}},
		{"blanks where tabs should be", "user\tmobile\nada@example.com +1 2065550101\nbo@example.com\t+1 2065550102\n", []string{
			`2:0 ada@example.com +1 2065550101  "" !no-row`, `3:2 bo@example.com mobile "+1 2065550102"`}},
		{"another delimiter behind the user", "user,name,mobile,note\nada@example.com,Ada;+1 2065550101;x;y\nbo@example.com,Bo; and so on\n", []string{`2:0   "" !ragged-row`}},
		{"a zero byte within a number", "user,mobile,note\n" + strings.Repeat("x,,\n", headBytes/4) + "ada@example.com,+1 206\x005550101,x\n", []string{
			fmt.Sprintf("%d:2 ada@example.com mobile \"+1 206\\x005550101\" !zero-in-cell", headBytes/4+2)}},
		{"a person without phone in quotes", "user,mobile,note\n" + `"Lovelace, Ada"` + "\n" + "bo@example.com,+1 2065550102,x\n", []string{
			`3:2 bo@example.com mobile "+1 2065550102"`}},
		{"an address in a note of several lines", "user,mobile,note\nada@example.com,+1 2065550101,\"write to\nbo@example.com\nor call\"\n", []string{
			`2:2 ada@example.com mobile "+1 2065550101"`}},
		{"quote closed far below, cells do not fit", long + `ada@example.com,"mobile,+1 2065550101` + "\nx\n" + `bo@example.com,mobile"` + "\n", []string{
			`2:0   "" !ragged-row`}},
		{"quote closed on the next line, cells fit", "user,phoneType,phoneNumber,note\n" +
			`ada@example.com,mobile,+1 2065550101,"12` + "\n" + `bo@example.com,mobile,+1 2065550102,27"` + "\n", []string{
			`2:0   "" !quote-not-closed`, `3:3 bo@example.com mobile "+1 2065550102" !inside-quote`}},
		{"quote opened before the user, cells fit", "note,user,mobile\n" +
			`"12,ada@example.com,+1 2065550101` + "\n" + `27",bo@example.com,+1 2065550102` + "\n", []string{
			`2:0   "" !quote-not-closed`, `3:3 bo@example.com mobile "+1 2065550102" !inside-quote`}},
		{"a note of several lines before the user", "note,user,mobile\n\"a,b\nc\",ada@example.com,+1 2065550101\n", []string{
			`2:3 ada@example.com mobile "+1 2065550101"`}},
		{"a note of several lines", "user,phoneType,phoneNumber,note\n" +
			"ada@example.com,mobile,+1 2065550101,\"a,b\nc,d,e,f\n\"\n", []string{adaAt2}},
		{"line feeds of a refused line are one line end", strings.ReplaceAll(long+"a,b,c,d\n"+bo, "\n", "\r\n"), []string{
			`2:0   "" !ragged-row`, boAt3}},

		{"not UTF-8", "\ufeff" + long + "ad\xe9@example.com,mobile,+1 2065550101\nbo@example.com,mobile\xe9,+1 2065550102\ncy@example.com,mobile,+1\xa02065550103\n", []string{
			"2:3 adé@example.com mobile \"+1 2065550101\" !not-utf8",
			"3:3 bo@example.com mobileé \"+1 2065550102\" !phone-type !not-utf8",
			"4:3 cy@example.com mobile \"+1\\u00a02065550103\" !not-utf8"}},
		{"not UTF-8 where it does not matter", "user,name,phoneType,phoneNumber\nada@example.com,Ad\xe9,mobile,+1 2065550101\n", []string{
			`2:4 ada@example.com mobile "+1 2065550101"`}},

		{"wide, by column", "office,user,mobile,alternateMobile\n" +
			"+1 2065550100,ada@example.com,+1 2065550101,\n,bo,+1 2065550102,+1 2065550103\n", []string{
			`2:1 ada@example.com office "+1 2065550100"`,
			`2:3 ada@example.com mobile "+1 2065550101"`,
			`3:3 bo mobile "+1 2065550102" !user-not-addressable`,
			`3:4 bo alternateMobile "+1 2065550103" !user-not-addressable`}},
		{"wide, missing cells", "user,mobile,office\nada@example.com,+1 2065550101\n", []string{
			`2:2 ada@example.com mobile "+1 2065550101" ~short-row`}},
		{"a number without a type", "UPN,Phone\nada@example.com,+1 2065550101\n", []string{`2:2 ada@example.com mobile "+1 2065550101"`}},
		{"wide, one cell not UTF-8", "\ufeffuser,mobile,office\nada@example.com,+1 2065550101,\xff\n", []string{
			`2:2 ada@example.com mobile "+1 2065550101"`, "2:3 ada@example.com office \"ÿ\" !not-utf8"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := mustRead(t, test.text, Options{Name: "a.csv"})
			if diff := cmp.Diff(test.want, showAll(f)); diff != "" {
				t.Errorf("rows of %q (-want +got):\n%s", test.text, diff)
			}
		})
	}
}

func TestMalformedRowHasNoNumber(t *testing.T) {
	f := mustRead(t, "user,phoneType,phoneNumber\nada@example.com,mobile,+1 2065550101,x\n,mobile,+1 2065550101\n", Options{})
	for _, r := range f.Rows.All() {
		if !r.Rejected() || !r.Number.IsZero() {
			t.Errorf("line %d: Rejected() = %t, Number = %v, want a rejected row without number", r.Line, r.Rejected(), r.Number)
		}
	}
}

func TestEmptyNumbers(t *testing.T) {
	long := mustRead(t, "user,phoneType,phoneNumber\nada@example.com,mobile, \n", Options{})
	if r := long.Rows.At(0); long.Rows.Len() != 1 || !r.Rejected() {
		t.Errorf("long form: an empty number gives %q, want one rejected row", showAll(long))
	}
	wide := mustRead(t, "user,mobile,office\nada@example.com, ,\u200b\nbo@example.com\n,,\ncy@example.com,+1 2065550101,\n", Options{})
	if got := wide.Reading; wide.Rows.Len() != 1 || got.WithoutPhone != 2 || got.Blank != 1 || got.Lines != 5 {
		t.Errorf("wide form: %d rows, %d without phone, %d blank, %d lines, want 1, 2, 1 and 5",
			wide.Rows.Len(), got.WithoutPhone, got.Blank, got.Lines)
	}
	nobody := mustRead(t, "user,mobile\nada@example.com,\n", Options{})
	if nobody.Rows.Len() != 0 || nobody.Reading.WithoutPhone != 1 {
		t.Errorf("a file of people without phones: %d rows, %d without phone, want 0 and 1", nobody.Rows.Len(), nobody.Reading.WithoutPhone)
	}
}

// The default country is not used for a row whose own country is not known.
func TestCountryOfRow(t *testing.T) {
	const heading = "user,mobile,country\n"
	const british, american = "020 7946 0123", "206-555-0100"
	tests := []struct {
		cell, number, defaultCountry string
		want                         string
		notes                        string
	}{
		{"GB", british, "", "+44 2079460123", ""},
		{" uk ", british, "US", "+44 2079460123", ""},
		{"GBR", british, "US", "+44 2079460123", ""},
		{"England", british, "US", "+44 2079460123", ""},
		{"", british, "gb", "+44 2079460123", ""},
		{"", american, "USA", "+1 2065550100", ""},
		{" ", american, "united states", "+1 2065550100", ""},
		{"Atlantis", american, "US", "", " !country-unknown"},
		{"1", american, "US", "", " !country-unknown ~country-code-unclear"},
		{"1", "+1 " + american, "US", "+1 2065550100", " ~country-code-unclear ~country-unknown"},
		{"n/a", american, "US", "+1 2065550100", ""},
		{"N/A", american, "US", "+1 2065550100", ""},
		{" - ", american, "US", "+1 2065550100", ""},
		{"--", american, "US", "+1 2065550100", ""},
		{"NULL", american, "US", "+1 2065550100", ""},
		{"none", american, "US", "+1 2065550100", ""},
		{"0", american, "US", "+1 2065550100", ""},
		{"Unknown", american, "US", "+1 2065550100", ""},
		{"na", american, "US", "+1 2065550100", ""},
		{"NA", "061 234 5678", "US", "+264 612345678", ""},
		{"Atlantis", "+1 " + american, "US", "+1 2065550100", " ~country-unknown"},
		{"", british, "", "", ""},
	}
	for _, test := range tests {
		f := mustRead(t, heading+"ada@example.com,"+test.number+","+test.cell+"\n", Options{DefaultCountry: test.defaultCountry})
		r := f.Rows.At(0)
		if got := r.Number.Graph(); got != test.want {
			t.Errorf("country %q, default %q: number = %q, want %q", test.cell, test.defaultCountry, got, test.want)
		}
		want := fmt.Sprintf("2:2 ada@example.com mobile %q%s", test.number, test.notes)
		if got := show(r); got != want {
			t.Errorf("country %q, default %q: row = %s, want %s", test.cell, test.defaultCountry, got, want)
		}
	}
}

// Rows are read in pieces, and their numbers by several cores at a time.
func TestManyRows(t *testing.T) {
	const people = 2*batchSize + 7
	var b strings.Builder
	b.WriteString("user,office,mobile\n")
	for i := range people {
		if i%100 == 0 {
			b.WriteString("broken,line,with,surplus\n")
		}
		fmt.Fprintf(&b, "person%d@example.com,+1 206555%04d,\n", i, i)
	}
	f := mustRead(t, b.String(), Options{})
	line, i := int32(1), 0
	for _, r := range f.Rows.All() {
		line++
		if r.Line != line {
			t.Fatalf("%s, want line %d", show(r), line)
		}
		if r.Column == 0 {
			continue
		}
		user, input := fmt.Sprintf("person%d@example.com", i), fmt.Sprintf("+1 206555%04d", i)
		if r.User != user || r.Input != input || r.Number.Graph() != input {
			t.Fatalf("%s with number %q, want %s and %s", show(r), r.Number.Graph(), user, input)
		}
		i++
	}
	if i != people {
		t.Errorf("%d people, want %d", i, people)
	}
}

// What a column that repeats is remembered for must not change with its length.
func TestManyDifferentCells(t *testing.T) {
	var b strings.Builder
	b.WriteString("user,phoneType,phoneNumber,country\n")
	for i := range maxRemembered + 10 {
		blanks := strings.Repeat(" ", i)
		fmt.Fprintf(&b, "ada@example.com,%smobile,020 7946 0123,%sGB\n", blanks, blanks)
	}
	f := mustRead(t, b.String(), Options{})
	for i, r := range f.Rows.All() {
		if r.PhoneType != authmethod.PhoneTypeMobile || r.Number.Graph() != "+44 2079460123" {
			t.Fatalf("row %d: type %q, number %q, want mobile and +44 2079460123", i, r.PhoneType, r.Number.Graph())
		}
	}
}

func TestUnreadable(t *testing.T) {
	const row = "ada@example.com,mobile,+1 2065550101\n"
	tests := []struct {
		name, text string
		opts       Options
		want       string // in the message
	}{
		{"empty", "", Options{}, "the file is empty"},
		{"byte order mark only", "\ufeff", Options{}, "the file is empty"},
		{"blank lines only", "\r\n \n", Options{}, "the file is empty"},
		{"blank cells only", ",,\n;;\n", Options{}, "the file holds no heading"},
		{"heading only", "user,phoneType,phoneNumber\n,,\n", Options{}, "a heading and no rows"},
		{"heading with an open quote", `user,"phoneType,phoneNumber` + "\n" + row, Options{}, "the heading cannot be read: a quote is opened"},
		{"user not named, all quoted", `"Wer","Mobile"` + "\n" + `"a@example.com","+1 2065550101"`, Options{},
			`no column names the user: expected a heading such as userPrincipalName, UPN, User or E-mail, found "Wer", "Mobile"; say which it is: --map "user=Wer"`},
		{"phone not named, all quoted", `"UPN";"Funk"` + "\n", Options{}, `no column holds a phone: expected phoneType and phoneNumber (one phone per line), ` +
			`or one or more of mobile, alternateMobile and office (one person per line), found "UPN", "Funk"; say which it is: --map mobile=`},
		{"--map with a typing error, all quoted", `"Wer","Mobile"` + "\n", Options{Map: map[string]string{"user": "Benutzr"}},
			`--map user=Benutzr: there is no such column; the heading has "Wer", "Mobile"`},
		{"vertical bars in a heading", "mobile|cell,name\n", Options{}, `found "mobile|cell", "name"`},
		{"heading too wide", "user" + strings.Repeat(",", table.MaxCells) + "\n", Options{}, "more than 1000 cells"},
		{"no heading", row + row, Options{}, "the first line is not a heading"},
		{"no heading, no users", "+1 2065550101,mobile\n", Options{}, `found (a text with digits), "mobile"`},
		{"prose", "Dear Sir or Madam\nplease find attached\n", Options{}, `found "Dear Sir or Madam"`},
		{"default country", "user,phoneType,phoneNumber\n" + row, Options{DefaultCountry: "Atlantis"}, "--default-country Atlantis names no country"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			test.opts.Name = "a.csv"
			_, err := Read(t.Context(), strings.NewReader(test.text), test.opts)
			var unfit *FileError
			if !errors.As(err, &unfit) || unfit.Advice == "" {
				t.Fatalf("Read(%.80q) = %v, want a FileError with advice", test.text, err)
			}
			if got := err.Error(); !strings.HasPrefix(got, "reading a.csv: ") || !strings.Contains(got, test.want) {
				t.Errorf("Read(%.80q) = %q, want it to name the file and %q", test.text, got, test.want)
			}
		})
	}
}
