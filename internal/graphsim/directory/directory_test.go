package directory_test

import (
	"bytes"
	"fmt"
	"iter"
	"runtime"
	"slices"
	"strings"
	"testing"

	"entraphone/internal/graphsim/directory"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func add(t testing.TB, d *directory.Directory, u directory.User) directory.Ref {
	t.Helper()
	r, err := d.Add(u)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func users(d *directory.Directory) []directory.User {
	all := []directory.User{}
	for r := range directory.Ref(d.Len()) {
		all = append(all, d.User(r))
	}
	return all
}

const (
	bobID = "00000000-0000-4000-8000-00000000000b"
	eveID = "00000000-0000-4000-8000-00000000000e"
)

// full has every field, none of them with a default.
func full() directory.User {
	return directory.User{
		ID: bobID, UserPrincipalName: "Bob@example.com", Mail: "b.o'neil@example.com", EmployeeID: "00042",
		OnPremisesSamAccountName: "bob", DisplayName: "Bób <O'Neil> & \"Söhne\"", AccountEnabled: true, OnPremisesSyncEnabled: true, UserType: "Guest", IsAdmin: true,
		UsageLocation: "GB", Mobile: "+44 7700900123", AlternateMobile: "+44 0123456", Office: "+44 2079460012x3",
		DefaultMethod: "alternateMobile", SMSSignIn: directory.PhoneNumberNotUnique, Fault: "protected",
	}
}

func TestAddKeepsEverything(t *testing.T) {
	d := directory.New()
	r := add(t, d, full())
	if diff := cmp.Diff(full(), d.User(r)); diff != "" {
		t.Errorf("user (-want +got):\n%s", diff)
	}
	got := []any{d.ID(r), d.UserPrincipalName(r), d.IsAdmin(r), d.DefaultMethod(r), d.SMSSignIn(r).String(), d.Fault(r), d.Phone(r, directory.Office)}
	want := []any{bobID, "Bob@example.com", true, "alternateMobile", "phoneNumberNotUnique", "protected", "+44 2079460012x3"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("single values (-want +got):\n%s", diff)
	}

	d.SetDefaultMethod(r, "pager")
	d.SetSMSSignIn(r, directory.NotEnabled)
	d.SetPhone(r, directory.AlternateMobile, "")
	d.SetPhone(r, directory.Office, "+1 2065550123")
	changed := full()
	changed.DefaultMethod, changed.SMSSignIn, changed.AlternateMobile, changed.Office = "", directory.NotEnabled, "", "+1 2065550123"
	if diff := cmp.Diff(changed, d.User(r)); diff != "" {
		t.Errorf("changed user (-want +got):\n%s", diff)
	}

	short := d.User(add(t, d, directory.User{UserPrincipalName: "EVE_example.org#ext#@example.com", Mobile: "+12065550123"}))
	if diff := cmp.Diff(directory.User{ID: short.ID, UserPrincipalName: "EVE_example.org#ext#@example.com", UserType: "Guest", Mobile: "+1 2065550123"}, short); diff != "" {
		t.Errorf("user with defaults (-want +got):\n%s", diff)
	}
	twin := directory.New()
	if got := twin.ID(add(t, twin, directory.User{UserPrincipalName: "eve_EXAMPLE.org#EXT#@example.com"})); got != short.ID {
		t.Errorf("the derived id is %s in another spelling, want %s", got, short.ID)
	}
	// What files rely on: the id derived from a name never changes.
	if got, want := twin.ID(add(t, twin, directory.User{UserPrincipalName: "bob@example.com"})), "5ff860bf-1190-496c-b188-ab851db691f0"; got != want {
		t.Errorf("the id derived from bob@example.com is %s, want %s", got, want)
	}
}

func TestAddRefuses(t *testing.T) {
	long := strings.Repeat("a", 257)
	tests := []struct {
		want   string
		change func(*directory.User)
	}{
		{"userPrincipalName is empty", func(u *directory.User) { u.UserPrincipalName = "" }},
		{"the userPrincipalName is a key of user 1", func(u *directory.User) { u.UserPrincipalName = "BOB@EXAMPLE.COM" }},
		{"the userPrincipalName is a key of user 1", func(u *directory.User) { u.UserPrincipalName = strings.ToUpper(bobID) }},
		{"the id is a key of user 1", func(u *directory.User) { u.ID = strings.ToUpper(bobID) }},
		{"the id is a key of user 2", func(u *directory.User) { u.ID = "00000000-0000-4000-8000-0000000000ff" }},
		{"id is not a GUID", func(u *directory.User) { u.ID = "4711" }},
		{"id is not a GUID", func(u *directory.User) { u.ID = "00000000-0000-4000-8000-00000000000g" }},
		{"userPrincipalName is longer than 256 characters", func(u *directory.User) { u.UserPrincipalName = long }},
		{"mail is longer", func(u *directory.User) { u.Mail = long }},
		{"employeeId is longer", func(u *directory.User) { u.EmployeeID = long }},
		{"onPremisesSamAccountName is longer", func(u *directory.User) { u.OnPremisesSamAccountName = long }},
		{"displayName is longer", func(u *directory.User) { u.DisplayName = long }},
		{"fault is longer", func(u *directory.User) { u.Fault = long }},
		{"displayName is not UTF-8", func(u *directory.User) { u.DisplayName = "Bj\xf6rn" }},
		{"userType is not Member or Guest", func(u *directory.User) { u.UserType = "guest" }},
		{"usageLocation is not a country's two letters", func(u *directory.User) { u.UsageLocation = "USA" }},
		{"smsSignInState is not known", func(u *directory.User) { u.SMSSignIn = 6 }},
		{"office is not of the form", func(u *directory.User) { u.Office = "206 555 0123" }},
		{"an alternateMobile without a mobile", func(u *directory.User) { u.AlternateMobile = "+1 2065550123" }},
		{"defaultMethod is not one of mobile,", func(u *directory.User) { u.DefaultMethod = "sms" }},
		{"defaultMethod is mobile, and there is no such phone", func(u *directory.User) { u.DefaultMethod = "mobile" }},
	}
	d := directory.New()
	add(t, d, full())
	add(t, d, directory.User{UserPrincipalName: "00000000-0000-4000-8000-0000000000FF"})
	for _, test := range tests {
		u := directory.User{ID: eveID, UserPrincipalName: "eve@example.com"}
		test.change(&u)
		_, err := d.Add(u)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("Add(%+v) = %v, want an error with %q", u, err, test.want)
		}
	}
	if _, found := d.Find(eveID); found || d.Len() != 2 {
		t.Errorf("after refusals there are %d people, want 2", d.Len())
	}
	longest := directory.User{
		ID: eveID, UserPrincipalName: long[1:], Mail: long[1:], EmployeeID: long[1:], OnPremisesSamAccountName: long[1:],
		DisplayName: long[1:], UserType: "Member", Fault: long[1:],
	}
	longest.Mail = strings.ToUpper(longest.Mail)
	if diff := cmp.Diff(longest, d.User(add(t, d, longest))); diff != "" {
		t.Errorf("user with texts of 256 bytes (-want +got):\n%s", diff)
	}
}

func TestFind(t *testing.T) {
	d := directory.New()
	for _, name := range []string{"bob@example.com", "Jörg.Weiß@example.com", "kim@example.com", "İnci@example.com", "inci@example.com"} {
		add(t, d, directory.User{UserPrincipalName: name})
	}
	eve := add(t, d, directory.User{ID: eveID, UserPrincipalName: "eve@example.com"})
	tests := []struct {
		key  string
		want directory.Ref // -1 for nobody
	}{
		{"BOB@Example.com", 0},
		{"JÖRG.WEIẞ@example.com", 1},
		{"jörg.weiss@example.com", -1},
		{"\u212aIM@example.com", 2}, // the Kelvin sign folds to k
		{"İNCI@example.com", 3},
		{"INCI@example.com", 4},
		{strings.ToUpper(eveID), eve},
		{strings.ReplaceAll(eveID, "-", ""), -1},
		{"{" + eveID + "}", -1},
		{"bob@example.co", -1},
		{"", -1},
		{strings.Repeat("x", 10000), -1},
	}
	for _, test := range tests {
		got, found := d.Find(test.key)
		if !found {
			got = -1
		}
		if got != test.want {
			t.Errorf("Find(%q) = %d, want %d", test.key, got, test.want)
		}
	}
	for _, key := range []string{"BOB@example.com", strings.ToUpper(eveID), strings.Repeat("x", 256)} {
		if n := testing.AllocsPerRun(100, func() { d.Find(key) }); n != 0 {
			t.Errorf("Find(%q) allocates %v times, want 0", key, n)
		}
	}
}

func TestLookup(t *testing.T) {
	d := directory.New()
	people := func(from, to int) {
		for i := from; i < to; i++ {
			add(t, d, directory.User{
				UserPrincipalName: fmt.Sprintf("u%d@example.com", i), Mail: fmt.Sprintf("u%d@EXAMPLE.com", i/2),
				EmployeeID: fmt.Sprint(i % 3), OnPremisesSamAccountName: "all",
			})
		}
	}
	people(0, 6)
	add(t, d, directory.User{UserPrincipalName: "nothing@example.com"})
	check := func(property, value string, want ...directory.Ref) {
		t.Helper()
		if diff := cmp.Diff(want, d.Lookup(property, value)); diff != "" {
			t.Errorf("Lookup(%s, %s) (-want +got):\n%s", property, value, diff)
		}
	}
	check("mail", "U0@example.COM", 0, 1)
	check("employeeId", "1", 1, 4)
	check("onPremisesSamAccountName", "ALL", 0, 1, 2, 3, 4, 5)
	people(6, 9) // into indexes that exist
	check("employeeId", "1", 1, 4, 8)
	check("mail", "u3@example.com", 7, 8)
	check("mail", "")
	check("displayName", "all")
	check("employeeId", "4711")
}

// TestCollisions: a hash alone finds nobody, and hides nobody.
func TestCollisions(t *testing.T) {
	d := directory.New()
	bob := add(t, d, directory.User{UserPrincipalName: "bob@example.com", Mail: "bob@example.com"})
	d.Lookup("mail", "bob@example.com")
	for _, text := range []string{"eve@example.com", eveID} {
		d.Collide(text, bob)
		if r, found := d.Find(text); found {
			t.Errorf("Find(%s) = %d, whose hash collides", text, r)
		}
		if found := d.Lookup("mail", text); found != nil {
			t.Errorf("Lookup(%s) = %v, whose hash collides", text, found)
		}
	}
	eve := add(t, d, directory.User{ID: eveID, UserPrincipalName: "eve@example.com", Mail: "eve@example.com"})
	for _, text := range []string{"eve@example.com", eveID} {
		if r, found := d.Find(text); !found || r != eve {
			t.Errorf("Find(%s) = %d, %v, want %d", text, r, found, eve)
		}
	}
	if diff := cmp.Diff([]directory.Ref{eve}, d.Lookup("mail", "eve@example.com")); diff != "" {
		t.Errorf("Lookup (-want +got):\n%s", diff)
	}
}

// TestInvariant: after any steps, a key finds the one who has it and nobody
// else, counts of mobiles are right, and the state reads back as it was.
func TestInvariant(t *testing.T) {
	names := rapid.SampledFrom([]string{
		"a@example.com", "A@EXAMPLE.com", "k@example.com", "\u212a@example.com", "é@example.com", "É@example.com",
		bobID, strings.ToUpper(bobID), "b#EXT#@example.com", "\"<&>\u2028,\n@example.com",
	})
	ids := rapid.SampledFrom([]string{"", bobID, strings.ToUpper(bobID), eveID})
	numbers := rapid.SampledFrom([]string{"", "+1 2065550123", "+1 0000", "+999 99999999999999", "+44 2079460012x3", "+44 2079460012x0003", "+44 2079460012x00003"})
	texts := rapid.StringN(0, 8, 256)
	rapid.Check(t, func(t *rapid.T) {
		d := directory.New()
		var model []directory.User
		t.Repeat(map[string]func(*rapid.T){
			"add": func(t *rapid.T) {
				u := directory.User{
					ID: ids.Draw(t, "id"), UserPrincipalName: names.Draw(t, "name"), Mail: texts.Draw(t, "mail"), EmployeeID: texts.Draw(t, "employeeId"),
					DisplayName: texts.Draw(t, "displayName"), AccountEnabled: rapid.Bool().Draw(t, "enabled"), UserType: "Member",
					Mobile: numbers.Draw(t, "mobile"), Fault: texts.Draw(t, "fault"),
				}
				r, err := d.Add(u)
				if err != nil {
					return
				}
				u.ID = d.ID(r)
				model = append(model, u)
			},
			"set": func(t *rapid.T) {
				if len(model) == 0 {
					t.Skip()
				}
				i := rapid.IntRange(0, len(model)-1).Draw(t, "user")
				r, u := directory.Ref(i), &model[i]
				u.Mobile, u.Office = numbers.Draw(t, "mobile"), numbers.Draw(t, "office")
				u.SMSSignIn = directory.SMSSignIn(rapid.IntRange(0, 5).Draw(t, "state"))
				d.SetPhone(r, directory.Mobile, u.Mobile)
				d.SetPhone(r, directory.Office, u.Office)
				d.SetSMSSignIn(r, u.SMSSignIn)
			},
			"": func(t *rapid.T) { checkModel(t, d, model) },
		})
		if read := roundTrip(t, d); !slices.Equal(users(read), users(d)) {
			t.Fatalf("state read back (-want +got):\n%s", cmp.Diff(users(d), users(read)))
		}
	})
}

func checkModel(t *rapid.T, d *directory.Directory, model []directory.User) {
	if diff := cmp.Diff(append([]directory.User{}, model...), users(d)); diff != "" {
		t.Fatalf("users (-want +got):\n%s", diff)
	}
	owner, mobiles := map[string]int{}, map[string]int{}
	for i, u := range model {
		for _, key := range []string{u.ID, strings.ToUpper(u.ID), u.UserPrincipalName, strings.ToUpper(u.UserPrincipalName)} {
			if r, found := d.Find(key); !found || r != directory.Ref(i) {
				t.Fatalf("Find(%q) = %d, %v, want %d", key, r, found, i)
			}
			if other, taken := owner[strings.ToUpper(key)]; taken && other != i {
				t.Fatalf("%d and %d share %q", i, other, key)
			}
			owner[strings.ToUpper(key)] = i
		}
		mobiles[u.Mobile]++
	}
	for number, n := range mobiles {
		if got := d.WithMobile(number); number != "" && got != n {
			t.Fatalf("WithMobile(%q) = %d, want %d", number, got, n)
		}
	}
	if got := d.WithMobile("") + d.WithMobile("+1 4711") + d.WithMobile("+1 4711x1"); got != 0 {
		t.Fatalf("%d people have a mobile that nobody has", got)
	}
}

func roundTrip(t interface{ Fatalf(string, ...any) }, d *directory.Directory) *directory.Directory {
	var state bytes.Buffer
	if err := directory.WriteState(&state, everybody(d)); err != nil {
		t.Fatalf("WriteState: %v", err)
	}
	if lines := strings.Count(state.String(), "\n"); lines != d.Len()+2 {
		t.Fatalf("%d people stand in %d lines:\n%s", d.Len(), lines, state.String())
	}
	read, err := directory.ReadState(&state)
	if err != nil {
		t.Fatalf("ReadState of what was written: %v", err)
	}
	return read
}

// TestMemory has people with all fields filled. A million and this 64th of it
// fill the tables equally badly: both are just above a doubling.
func TestMemory(t *testing.T) {
	const n, most = 1_000_000 / 64, 330
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	d := directory.New()
	for i := range n {
		u := full()
		u.ID = ""
		u.UserPrincipalName = fmt.Sprintf("katarzyna.wisniewska%d@example.com", i)
		u.Mail = fmt.Sprintf("k.wisniewska%d@mail.example.com", i)
		u.EmployeeID, u.OnPremisesSamAccountName = fmt.Sprint(100000+i), fmt.Sprintf("kwisniewska%d", i)
		u.Mobile, u.AlternateMobile, u.Office = fmt.Sprintf("+1 20655%06d", i), fmt.Sprintf("+1 30655%06d", i), fmt.Sprintf("+1 40655%05dx%04d", i, i%10000)
		add(t, d, u)
	}
	each := float64(heap()-before) / n
	t.Logf("%.0f bytes a person", each)
	if each > most {
		t.Errorf("%.0f bytes a person, want at most %d", each, most)
	}
	runtime.KeepAlive(d)
}

func BenchmarkFind(b *testing.B) {
	const n = 1_000_000
	d := directory.Synthetic(n, 1)
	i := 0
	for b.Loop() {
		i = (i + 7919) % n
		d.Find(d.UserPrincipalName(directory.Ref(i)))
	}
}

func BenchmarkSynthetic(b *testing.B) {
	for b.Loop() {
		directory.Synthetic(1_000_000, 1)
	}
}

func everybody(d *directory.Directory) iter.Seq[directory.User] {
	return func(yield func(directory.User) bool) {
		for r := range directory.Ref(d.Len()) {
			if !yield(d.User(r)) {
				return
			}
		}
	}
}
