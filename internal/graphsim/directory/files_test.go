package directory_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf16"

	"entraphone/internal/graphsim/directory"

	"github.com/google/go-cmp/cmp"
)

var faults = []string{"protected", "lost-answer"}

func TestReadCSV(t *testing.T) {
	text := "\ufefffault,Mobile, userprincipalname ,office,id,alternateMobile,MAIL,employeeid,onPremisesSamAccountName,displayName," +
		"accountEnabled,userType,isAdmin,usageLocation,defaultMethod,ONPREMISESSYNCENABLED\n" +
		"protected,+12065550123,bob@example.com,,00000000-0000-4000-8000-00000000000B,+1 2065550124,bob@example.com,007,bob," +
		"\"O'Neil, Bob\",FALSE,guest,True,us,AlternateMobile,true\n\n" +
		",, eve_example.org#EXT#@example.com,+44 2079460012x3,,,,,,,,,,,,\n"
	d, err := directory.ReadCSV(iotest.OneByteReader(strings.NewReader(text)), faults)
	if err != nil {
		t.Fatal(err)
	}
	got := users(d)
	want := []directory.User{
		{
			ID: bobID, UserPrincipalName: "bob@example.com", Mail: "bob@example.com", EmployeeID: "007", OnPremisesSamAccountName: "bob",
			OnPremisesSyncEnabled: true, DisplayName: "O'Neil, Bob", UserType: "Guest", IsAdmin: true, UsageLocation: "US",
			Mobile: "+1 2065550123", AlternateMobile: "+1 2065550124", DefaultMethod: "alternateMobile", Fault: "protected",
		},
		{ID: got[1].ID, UserPrincipalName: "eve_example.org#EXT#@example.com", AccountEnabled: true, UserType: "Guest", Office: "+44 2079460012x3"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("users (-want +got):\n%s", diff)
	}
	none, err := directory.ReadCSV(strings.NewReader("userPrincipalName\n"), nil)
	if err != nil || none.Len() != 0 {
		t.Errorf("ReadCSV of a heading = %v, want nobody", err)
	}
}

func TestReadCSVRefuses(t *testing.T) {
	const heading = "userPrincipalName,mobile,fault\n"
	tests := []struct{ text, want string }{
		{"", "reading directory: line 1: a heading with userPrincipalName is missing"},
		{"id,mobile\n", "line 1: the column userPrincipalName is missing; columns can be id,"},
		{"userPrincipalName,phone\n", `line 1: column 2, "phone", is not one of id,`},
		{"+12065550123,bob@example.com\n", "line 1: column 1 of the heading is not one of"},
		{"userPrincipalName,ID,id\n", "line 1: column id stands twice"},
		{heading + "a@example.com,,\n\n,,\n", "line 4: userPrincipalName is empty"},
		{heading + "a@example.com,206 555 0123,\n", "line 2: mobile is not of the form +{country code}"},
		{heading + "a@example.com,,2065550123\n", "line 2: fault is not one of protected, lost-answer"},
		{heading + "a@example.com,,\nb@example.com,,\nA@example.com,,\n", "line 4: the userPrincipalName is a key of line 2 already"},
		{"userPrincipalName,id\na@example.com," + bobID + "\n\nb@example.com," + bobID + "\n", "line 4: the id is a key of line 2 already"},
		{heading + "a@example.com\n", "line 2: wrong number of fields"},
		{heading + "a@example.com,,\n\"a@example.com,,\n", "line 3"},
		{"userPrincipalName,accountEnabled\na@example.com,2065550123\n", "line 2: accountEnabled is not true or false"},
		{"userPrincipalName,isAdmin\na@example.com,yes\n", "line 2: isAdmin is not true or false"},
		{"userPrincipalName,userType\na@example.com,2065550123\n", "line 2: userType is not Member or Guest"},
		{"userPrincipalName,alternateMobile\na@example.com,+12065550123\n", "line 2: there is an alternateMobile without a mobile"},
		{"userPrincipalName,office,defaultMethod\na@example.com,+12065550123,mobile\n", "line 2: defaultMethod is mobile, and there is no such phone"},
	}
	for _, test := range tests {
		_, err := directory.ReadCSV(strings.NewReader(test.text), faults)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("ReadCSV(%q) = %v, want an error with %q", test.text, err, test.want)
		}
		if err != nil && strings.Contains(err.Error(), "555") {
			t.Errorf("ReadCSV(%q) = %v, which holds a phone number", test.text, err)
		}
	}
}

// endless goes on for ever with the same line, and counts its bytes.
type endless struct {
	line string
	n    int
}

func (s *endless) Read(p []byte) (int, error) {
	for i := 0; i < len(p); i += copy(p[i:], s.line) {
	}
	s.n += len(p)
	return len(p), nil
}

func TestRecordsAreLimited(t *testing.T) {
	const most = 2 << 20
	lines := &endless{line: strings.Repeat("b c ", 100) + "\n"}
	_, err := directory.ReadCSV(io.MultiReader(strings.NewReader("userPrincipalName\na@example.com\n\"b"), lines), nil)
	if err == nil || !strings.Contains(err.Error(), "after line 2: 1048576 bytes without the end of a record") || lines.n > most {
		t.Errorf("ReadCSV of an open quotation mark = %v after %d bytes", err, lines.n)
	}
	text := &endless{line: strings.Repeat("b c ", 100)}
	_, err = directory.ReadState(io.MultiReader(strings.NewReader(`{"version":1,"users":[{"userPrincipalName":"a"},{"mail":"`), text))
	if err == nil || !strings.Contains(err.Error(), "user 2: 1048576 bytes without the end of a record") || text.n > most {
		t.Errorf("ReadState of an open string = %v after %d bytes", err, text.n)
	}
	// Together, records may be longer.
	var state, rows strings.Builder
	d := directory.New()
	for i := range 1500 {
		text := strings.Repeat("b", 250)
		add(t, d, directory.User{UserPrincipalName: fmt.Sprint(i, "@example.com"), Mail: text, EmployeeID: text, DisplayName: text})
	}
	if err := directory.WriteState(&state, everybody(d)); err != nil || state.Len() < 1<<20 {
		t.Fatalf("WriteState = %v, %d bytes", err, state.Len())
	}
	if read, err := directory.ReadState(strings.NewReader(state.String())); err != nil || !slices.Equal(users(read), users(d)) {
		t.Errorf("ReadState of %d bytes = %v", state.Len(), err)
	}
	rows.WriteString("mail,userPrincipalName\n")
	for _, u := range users(d) {
		rows.WriteString(strings.Repeat(" ", 1000) + "," + u.UserPrincipalName + "\n")
	}
	if read, err := directory.ReadCSV(strings.NewReader(rows.String()), nil); err != nil || read.Len() != d.Len() {
		t.Errorf("ReadCSV of %d bytes = %v", rows.Len(), err)
	}
}

func TestReadErrorsAreKept(t *testing.T) {
	broken := errors.New("disk broken")
	_, err := directory.ReadCSV(io.MultiReader(strings.NewReader("userPrincipalName\na@example.com\n"), iotest.ErrReader(broken)), nil)
	if !errors.Is(err, broken) || !strings.Contains(err.Error(), "after line 2") {
		t.Errorf("ReadCSV = %v, want disk broken after line 2", err)
	}
	_, err = directory.ReadState(io.MultiReader(strings.NewReader(`{"version":1,"users":[`), iotest.ErrReader(broken)))
	if !errors.Is(err, broken) {
		t.Errorf("ReadState = %v, want disk broken", err)
	}
	if err := directory.WriteState(fullDisk{}, everybody(directory.Synthetic(1000, 1))); err == nil || !strings.Contains(err.Error(), "writing state: no space") {
		t.Errorf("WriteState = %v, want no space", err)
	}
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("no space") }

func TestWriteState(t *testing.T) {
	d := directory.New()
	add(t, d, full())
	add(t, d, directory.User{ID: eveID, UserPrincipalName: "eve@example.com"})
	var got strings.Builder
	if err := directory.WriteState(&got, everybody(d)); err != nil {
		t.Fatal(err)
	}
	want := `{"version":1,"users":[
{"id":"00000000-0000-4000-8000-00000000000b","userPrincipalName":"Bob@example.com","mail":"b.o'neil@example.com","employeeId":"00042",` +
		`"onPremisesSamAccountName":"bob","displayName":"Bób <O'Neil> & \"Söhne\"","accountEnabled":true,"onPremisesSyncEnabled":true,"userType":"Guest","isAdmin":true,` +
		`"usageLocation":"GB","mobile":"+44 7700900123","alternateMobile":"+44 0123456","office":"+44 2079460012x3",` +
		`"defaultMethod":"alternateMobile","smsSignInState":"phoneNumberNotUnique","fault":"protected"},
{"id":"00000000-0000-4000-8000-00000000000e","userPrincipalName":"eve@example.com","accountEnabled":false,"userType":"Member"}
]}
`
	if diff := cmp.Diff(want, got.String()); diff != "" {
		t.Errorf("state (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(users(d), users(roundTrip(t, d))); diff != "" {
		t.Errorf("state read back (-want +got):\n%s", diff)
	}
}

func TestReadStateRefuses(t *testing.T) {
	const begin = `{"version":1,"users":[`
	tests := []struct{ text, want string }{
		{"", `reading state: the beginning is not {"version":1,"users":[: unexpected EOF`},
		{"[]", "the beginning is not"},
		{`{"users":[]}`, "the beginning is not"},
		{`{"version":2,"users":[]}`, "the version is not 1"},
		{`{"version":"1","users":[]}`, "the version is not 1"},
		{`{"version":1,"users":null}`, "the beginning is not"},
		{begin, "after user 0: unexpected EOF"},
		{begin + `{"userPrincipalName":"a"}`, "after user 1: unexpected EOF"},
		{begin + `{"userPrincipalName":"a"},{"userPrincipalName":"b`, "user 2: unexpected EOF"},
		{begin + `{"userPrincipalName":"a"},{"userPrincipalName":"A"}]}`, "user 2: the userPrincipalName is a key of user 1 already"},
		{begin + `{"userPrincipalName":"a","phone":"+12065550123"}]}`, `user 1: json: unknown field "phone"`},
		{begin + `{"userPrincipalName":"a","mobile":12065550123}]}`, "user 1: mobile has the wrong type"},
		{begin + `{"userPrincipalName":"a","smsSignInState":"2065550123"}]}`, "user 1: smsSignInState is not one of ready, notSupported,"},
		{begin + `{"userPrincipalName":"a","mobile":"206 555 0123"}]}`, "user 1: mobile is not of the form"},
		{begin + `null]}`, "user 1: userPrincipalName is empty"},
		{begin + `["a"]]}`, "user 1: it is not an object"},
		{begin + `],"more":1}`, "after user 0: there is no } where it must be"},
		{begin + `]}{`, "something stands behind the end"},
		{begin + `]}]`, "something stands behind the end"},
	}
	for _, test := range tests {
		_, err := directory.ReadState(strings.NewReader(test.text))
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("ReadState(%q) = %v, want an error with %q", test.text, err, test.want)
		}
		if err != nil && strings.Contains(err.Error(), "555") {
			t.Errorf("ReadState(%q) = %v, which holds a phone number", test.text, err)
		}
	}
	d, err := directory.ReadState(strings.NewReader(begin + `{"userPrincipalName":"a"}]}`))
	if err != nil || !d.User(0).AccountEnabled || d.User(0).UserType != "Member" {
		t.Errorf("ReadState without accountEnabled and userType = %+v, %v, want an enabled member", users(d), err)
	}
}

var longDigits = regexp.MustCompile(`[0-9]{8}`)

func FuzzReadCSV(f *testing.F) {
	f.Add("userPrincipalName,id,mobile,alternateMobile,defaultMethod\na@example.com,,+12065550123,+44 2079460012x3,mobile\n")
	f.Add("\ufeffUSERPRINCIPALNAME,fault,isAdmin\n\"a\n\"\"b\",protected,TRUE\nc,,\n")
	f.Add("+12065550123\n")
	f.Fuzz(func(t *testing.T, text string) {
		d, err := directory.ReadCSV(strings.NewReader(text), faults)
		if err != nil {
			if longDigits.MatchString(err.Error()) {
				t.Errorf("the error may hold a number: %v", err)
			}
			return
		}
		checkRead(t, d)
	})
}

func FuzzReadState(f *testing.F) {
	f.Add(`{"version":1,"users":[{"userPrincipalName":"a","mobile":"+12065550123","smsSignInState":"notEnabled"},{"userPrincipalName":"b"}]}`)
	f.Add(`{"version":1,"users":[{"userPrincipalName":"\ud800<","accountEnabled":null}]} `)
	f.Fuzz(func(t *testing.T, text string) {
		d, err := directory.ReadState(strings.NewReader(text))
		if err != nil {
			return
		}
		checkRead(t, d)
	})
}

// checkRead: all can be found, the phones are possible, and the state reads
// back as it was.
func checkRead(t *testing.T, d *directory.Directory) {
	t.Helper()
	all := users(d)
	for i, u := range all {
		for _, key := range []string{u.ID, u.UserPrincipalName} {
			if r, found := d.Find(key); !found || r != directory.Ref(i) {
				t.Errorf("Find(%q) = %d, %v, want %d", key, r, found, i)
			}
		}
		if u.AlternateMobile != "" && u.Mobile == "" {
			t.Errorf("%+v has an alternateMobile without a mobile", u)
		}
	}
	if read := roundTrip(t, d); !slices.Equal(all, users(read)) {
		t.Errorf("state read back (-want +got):\n%s", cmp.Diff(all, users(read)))
	}
}

// Export-Csv writes semicolons where the country wants them, and older ones a
// remark above the heading.
func TestReadCSVAsExportCsvWritesIt(t *testing.T) {
	for name, text := range map[string]string{
		"Windows PowerShell": "#TYPE Selected.Microsoft.Graph.User\r\n\"UserPrincipalName\",\"AccountEnabled\"\r\n\"a@example.com\",\"True\"\r\n",
		"-UseCulture":        "\ufeff\"UserPrincipalName\";\"DisplayName\"\r\n\"a@example.com\";\"Ann, of all\"\r\n",
		"tabs":               "DisplayName\tUserPrincipalName\nAnn, of all\ta@example.com\n",
	} {
		d, err := directory.ReadCSV(strings.NewReader(text), nil)
		if err != nil || d.Len() != 1 || d.UserPrincipalName(0) != "a@example.com" {
			t.Errorf("%s: %v, want a@example.com", name, err)
		}
	}
	for text, want := range map[string]string{
		"#TYPE x\nuserPrincipalName,mobile\na@example.com,1\n": "line 3: ",
		"#TYPE x\nuserPrincipalName,shoes\n":                   "line 2: column 2",
		"#TYPE x\nuserPrincipalName\na@example.com\n\"b\"c\n":  "line 4",
		"#TYPE x\n":            "line 2: a heading",
		"u\x00s\x00e\x00r\x00": "in UTF-16 or no text: export it with -Encoding utf8",
		"userPrincipalName,mobile\n\"a@example.com\",\"+1 2065550123\" x\n": "line 2",
	} {
		if _, err := directory.ReadCSV(strings.NewReader(text), nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("ReadCSV(%q) = %v, want %q", text, err, want)
		}
	}
}

// A spreadsheet saves Unicode text as UTF-16, which is what --directory gets.
func TestReadCSVInUnicode(t *testing.T) {
	const text = "\ufeffuserPrincipalName,displayName\r\njörg@example.com,Jörg 😀\r\n"
	wide := func(order binary.AppendByteOrder) (encoded []byte) {
		for _, unit := range utf16.Encode([]rune(text)) {
			encoded = order.AppendUint16(encoded, unit)
		}
		return encoded
	}
	for name, encoded := range map[string][]byte{
		"UTF-8 with a mark": []byte(text),
		"UTF-16 LE":         wide(binary.LittleEndian),
		"UTF-16 BE":         wide(binary.BigEndian),
	} {
		d, err := directory.ReadCSV(iotest.OneByteReader(bytes.NewReader(encoded)), nil)
		if err != nil || d.Len() != 1 || d.User(0).UserPrincipalName != "jörg@example.com" || d.User(0).DisplayName != "Jörg 😀" {
			t.Errorf("%s: ReadCSV = %v, want jörg@example.com", name, err)
		}
	}
	// A mark does not make good text of what is not.
	if _, err := directory.ReadCSV(strings.NewReader("\ufeffuserPrincipalName,displayName\na@example.com,Bj\xf6rn\n"), nil); err == nil || !strings.Contains(err.Error(), "displayName is not UTF-8") {
		t.Errorf("ReadCSV of bad UTF-8 behind a mark = %v, want an error", err)
	}
}
