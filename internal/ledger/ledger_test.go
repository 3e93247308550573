package ledger_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.etcd.io/bbolt"
	"pgregory.net/rapid"

	"entraphone/internal/authmethod"
	"entraphone/internal/ledger"
)

const (
	mobile    = authmethod.PhoneTypeMobile
	alternate = authmethod.PhoneTypeAlternateMobile
	office    = authmethod.PhoneTypeOffice
)

var (
	secret = bytes.Repeat([]byte{7}, ledger.SecretSize)
	none   authmethod.PhoneNumber
	noon   = time.Date(2026, 11, 3, 12, 0, 0, 0, time.UTC)
)

func number(last int) authmethod.PhoneNumber {
	n, _ := authmethod.NewPhoneNumber(1, fmt.Sprintf("2065550%03d", last), "")
	return n
}

func must(t rapid.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func open(t rapid.TB, path string, secret []byte) *ledger.Ledger {
	t.Helper()
	l, err := ledger.Open(path, secret)
	must(t, err)
	return l
}

// crashed is what another process finds if this one dies now.
func crashed(t rapid.TB, path string) *ledger.Ledger {
	t.Helper()
	content, err := os.ReadFile(path)
	must(t, err)
	copied := path + ".crashed"
	must(t, os.WriteFile(copied, content, 0o600))
	return open(t, copied, secret)
}

func confirms(l *ledger.Ledger, user string, phoneType authmethod.PhoneType, number authmethod.PhoneNumber) bool {
	_, same := l.Confirmed(user, phoneType, number)
	return same
}

func TestConfirmed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger")
	l := open(t, path, secret)
	must(t, l.Confirm("Ann@Example.com", mobile, number(1), noon))
	must(t, l.Confirm("ann@example.com", office, none, noon.Add(time.Hour)))
	must(t, l.Confirm("bob@example.com", mobile, number(1), noon))
	must(t, l.Confirm("bob@example.com", mobile, number(2), noon.Add(1500*time.Millisecond)))
	must(t, l.Confirm("cid@example.com", mobile, number(1), noon))
	must(t, l.Forget("CID@example.com", mobile))
	extension, _ := authmethod.NewPhoneNumber(1, "2065550001", "5")
	for _, when := range []string{"in memory", "on disk"} {
		for _, tt := range []struct {
			user      string
			phoneType authmethod.PhoneType
			number    authmethod.PhoneNumber
			at        time.Time // zero: not confirmed
		}{
			{"ann@example.com", mobile, number(1), noon},
			{"ANN@EXAMPLE.COM", mobile, number(1), noon},
			{"ann@example.com", mobile, number(2), time.Time{}},
			{"ann@example.com", mobile, extension, time.Time{}},
			{"ann@example.com", mobile, none, time.Time{}},
			{"ann@example.com", alternate, number(1), time.Time{}},
			{"ann@example.com", alternate, none, time.Time{}}, // not known is not "no phone"
			{"ann@example.com", office, none, noon.Add(time.Hour)},
			{"ann@example.com", office, number(1), time.Time{}},
			{"bob@example.com", mobile, number(1), time.Time{}},
			{"bob@example.com", mobile, number(2), noon.Add(time.Second)},
			{"cid@example.com", mobile, number(1), time.Time{}},
			{"cid@example.com", mobile, none, time.Time{}},
			{"dan@example.com", mobile, number(1), time.Time{}},
		} {
			if at, same := l.Confirmed(tt.user, tt.phoneType, tt.number); !at.Equal(tt.at) || same == tt.at.IsZero() {
				t.Errorf("%s: the %s of %s is confirmed as %s: %v at %v, want it at %v", when, tt.phoneType, tt.user, tt.number.Graph(), same, at, tt.at)
			}
		}
		must(t, l.Close())
		l = open(t, path, secret)
	}
	must(t, l.Close())
}

func TestFileTellsNeitherUsersNorNumbers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger")
	l := open(t, path, secret)
	must(t, l.Confirm("ann@example.com", mobile, number(1), noon))
	must(t, l.Close())
	content, err := os.ReadFile(path)
	must(t, err)
	for _, clear := range []string{"ann", "example", "2065550001", string(mobile), string(secret[:8])} {
		if bytes.Contains(content, []byte(clear)) {
			t.Errorf("%q stands in the file", clear)
		}
	}
	info, err := os.Stat(path)
	must(t, err)
	if mode := info.Mode().Perm(); mode != 0o600 && runtime.GOOS != "windows" {
		t.Errorf("the file has the mode %o, want 600", mode)
	}
}

// The run updates a phone and dies when Graph has stored the new number. The next
// file has the old one again.
func TestNoStaleValueAfterACrash(t *testing.T) {
	for name, lastWords := range map[string]func(l *ledger.Ledger) error{
		"forgotten before the write": func(l *ledger.Ledger) error {
			return errors.Join(l.Forget("ann@example.com", mobile), l.Flush())
		},
		"another number was read": func(l *ledger.Ledger) error {
			return l.Confirm("ann@example.com", mobile, number(2), noon)
		},
		"removed": func(l *ledger.Ledger) error { return l.Confirm("ann@example.com", mobile, none, noon) },
		"forgotten, and written without a Flush": func(l *ledger.Ledger) error {
			return errors.Join(l.Forget("ann@example.com", mobile), l.Confirm("ann@example.com", mobile, number(2), noon))
		},
	} {
		path := filepath.Join(t.TempDir(), "ledger")
		l := open(t, path, secret)
		must(t, l.Confirm("ann@example.com", mobile, number(1), noon))
		must(t, l.Close())
		l = open(t, path, secret)
		must(t, lastWords(l))
		next := crashed(t, path)
		if confirms(next, "ann@example.com", mobile, number(1)) {
			t.Errorf("%s: after the crash the ledger has the old number as confirmed", name)
		}
		must(t, errors.Join(next.Close(), l.Close()))
	}
}

// A first run has nothing on disk that it could contradict, and must not pay an
// fsync for each batch.
func TestFlushOfNothingDoubtfulWritesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger")
	l := open(t, path, secret)
	before, err := os.ReadFile(path)
	must(t, err)
	must(t, l.Forget("ann@example.com", mobile))
	must(t, l.Flush())
	must(t, l.Confirm("ann@example.com", mobile, number(1), noon))
	must(t, l.Forget("bob@example.com", mobile))
	must(t, l.Flush())
	after, err := os.ReadFile(path)
	must(t, err)
	if !bytes.Equal(before, after) {
		t.Error("the file was written though no entry stood in it")
	}
	must(t, l.Close())
}

func TestACrashLosesTheLastGroupOnly(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger")
	l := open(t, path, secret)
	const entries = 2500
	for i := range entries {
		must(t, l.Confirm(fmt.Sprintf("u%d@example.com", i), mobile, number(1), noon))
	}
	next := crashed(t, path)
	for i := range entries {
		if want := i < 2000; confirms(next, fmt.Sprintf("u%d@example.com", i), mobile, number(1)) != want {
			t.Fatalf("entry %d of %d survives: %v, want %v: groups have 1000", i, entries, !want, want)
		}
	}
	must(t, errors.Join(next.Close(), l.Close()))
}

func TestASlowRunIsWrittenInTime(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger")
	synctest.Test(t, func(t *testing.T) {
		l := open(t, path, secret)
		must(t, l.Confirm("ann@example.com", mobile, number(1), noon))
		time.Sleep(4 * time.Second)
		must(t, l.Confirm("bob@example.com", mobile, number(1), noon))
		next := crashed(t, path)
		if confirms(next, "ann@example.com", mobile, number(1)) {
			t.Error("a group is written after 4 seconds, want it to wait")
		}
		must(t, next.Close())
		time.Sleep(time.Second)
		must(t, l.Confirm("cid@example.com", mobile, number(1), noon))
		next = crashed(t, path)
		for _, user := range []string{"ann@example.com", "bob@example.com", "cid@example.com"} {
			if !confirms(next, user, mobile, number(1)) {
				t.Errorf("%s is not on disk after 5 seconds", user)
			}
		}
		must(t, errors.Join(next.Close(), l.Close()))
	})
}

// The ledger is a map from phones to values: across Close and Open, and for what a
// crash leaves, which may know less but nothing else.
func TestModel(t *testing.T) {
	type phone struct {
		user      string
		phoneType authmethod.PhoneType
	}
	var phones []phone
	for _, user := range []string{"ann@example.com", "bob@example.com"} {
		for _, phoneType := range []authmethod.PhoneType{mobile, alternate, office} {
			phones = append(phones, phone{user, phoneType})
		}
	}
	values := []authmethod.PhoneNumber{none, number(1), number(2)}
	folder := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		path := filepath.Join(folder, "ledger")
		_ = os.Remove(path)
		l := open(t, path, secret)
		defer func() { must(t, l.Close()) }()
		model := map[phone]authmethod.PhoneNumber{}
		safe := true // nothing was forgotten since the last Flush
		drawPhone := func(t *rapid.T) phone { return rapid.SampledFrom(phones).Draw(t, "phone") }
		t.Repeat(map[string]func(*rapid.T){
			"confirm": func(t *rapid.T) {
				p, n := drawPhone(t), rapid.SampledFrom(values).Draw(t, "number")
				must(t, l.Confirm(p.user, p.phoneType, n, noon))
				model[p] = n
			},
			"forget": func(t *rapid.T) {
				p := drawPhone(t)
				must(t, l.Forget(strings.ToUpper(p.user), p.phoneType))
				delete(model, p)
				safe = false
			},
			"flush": func(t *rapid.T) {
				must(t, l.Flush())
				safe = true
			},
			"reopen": func(t *rapid.T) {
				must(t, l.Close())
				l = open(t, path, secret)
				safe = true
			},
			"crash": func(t *rapid.T) {
				if !safe {
					t.Skip("what is forgotten is safe with Flush")
				}
				next := crashed(t, path)
				for _, p := range phones {
					for _, n := range values {
						if told, is := model[p]; confirms(next, p.user, p.phoneType, n) && (!is || told != n) {
							t.Fatalf("after a crash %v is confirmed as %q, was told %q, %v", p, n.Graph(), told.Graph(), is)
						}
					}
				}
				must(t, next.Close())
			},
			"": func(t *rapid.T) {
				for _, p := range phones {
					for _, n := range values {
						told, is := model[p]
						if want := is && told == n; confirms(l, p.user, p.phoneType, n) != want {
							t.Fatalf("%v is confirmed as %q: %v, want %v", p, n.Graph(), !want, want)
						}
					}
				}
			},
		})
	})
}

// dueIn is in how many of the runs each user is due, when only those with this
// remainder of turns import the file.
func dueIn(t *testing.T, users, runs, turns int) (times map[string]int, most int) {
	t.Helper()
	l := open(t, filepath.Join(t.TempDir(), "ledger"), secret)
	times = map[string]int{}
	for run := range runs * turns {
		must(t, l.BeginRun())
		due := 0
		for i := range users {
			user := fmt.Sprintf("u%d@example.com", i)
			if run%turns == 0 && l.Due(user, mobile) {
				due++
				times[user]++
			}
		}
		most = max(most, due)
	}
	must(t, l.Close())
	return times, most
}

func TestEachPhoneIsDueWithin30Runs(t *testing.T) {
	const users, runs = 5_000, 29
	for _, turns := range []int{1, 2, 3} {
		times, most := dueIn(t, users, runs, turns)
		for i := range users {
			if n := times[fmt.Sprintf("u%d@example.com", i)]; n != 1 {
				t.Fatalf("u%d is due in %d of %d runs, of a file that is imported in each %d. run, want 1", i, n, runs, turns)
			}
		}
		if most > users*4/100 {
			t.Errorf("in one run %d of %d are due, want at most 4 %%", most, users)
		}
	}
}

func TestRunsAreCountedOnDisk(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger")
	l := open(t, path, secret)
	for range 3 {
		must(t, l.BeginRun())
	}
	next := crashed(t, path)
	for i := range 300 {
		user := fmt.Sprintf("u%d@example.com", i)
		if got, want := next.Due(strings.ToUpper(user), mobile), l.Due(user, mobile); got != want {
			t.Errorf("%s is due: %v after a crash, %v before", user, got, want)
		}
	}
	must(t, errors.Join(next.Close(), l.Close()))
}

func TestTypesOfOneUserAreDueApart(t *testing.T) {
	l := open(t, filepath.Join(t.TempDir(), "ledger"), secret)
	apart := false
	for i := range 300 {
		user := fmt.Sprintf("u%d@example.com", i)
		apart = apart || l.Due(user, mobile) != l.Due(user, office)
	}
	if !apart {
		t.Error("the phones of a user are all due in one run")
	}
	must(t, l.Close())
}

// full makes a ledger of some pages, and returns its content.
func full(t *testing.T, entries int) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ledger")
	l := open(t, path, secret)
	for i := range entries {
		must(t, l.Confirm(fmt.Sprintf("u%d@example.com", i), mobile, number(i%1000), noon))
	}
	must(t, l.Close())
	content, err := os.ReadFile(path)
	must(t, err)
	return content
}

// refused is what tryDamaged returns where the file does not open.
const refused = -1

// tryDamaged uses a file that may be damaged. It must say so, or know nothing that is
// untrue, and never panic. It returns how many of the entries are still known.
func tryDamaged(t *testing.T, content []byte, entries int, what string) (known int) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ledger")
	must(t, os.WriteFile(path, content, 0o600))
	l, err := ledger.Open(path, secret)
	if err != nil {
		if !errors.Is(err, ledger.ErrDamaged) && !errors.Is(err, ledger.ErrOtherSecret) && !errors.Is(err, ledger.ErrNewer) ||
			!strings.Contains(err.Error(), "delete it") || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v; want the file's name, that it is damaged, and what to do", what, err)
		}
		return refused
	}
	for i := range entries {
		user := fmt.Sprintf("u%d@example.com", i)
		if confirms(l, user, mobile, number((i+1)%1000)) {
			t.Errorf("%s: the number of u%d is confirmed as another one", what, i)
		}
		if confirms(l, user, mobile, number(i%1000)) {
			known++
		}
	}
	err = errors.Join(l.BeginRun(), l.Forget("u0@example.com", mobile), l.Confirm("u1@example.com", mobile, none, noon), l.Flush(), l.Close())
	if err != nil && !errors.Is(err, ledger.ErrDamaged) {
		t.Errorf("%s: %v, want that the ledger is damaged", what, err)
	}
	return known
}

// The end of the file may be room that is not in use yet. What opens has to be whole.
func TestTruncatedFiles(t *testing.T) {
	const entries = 1500
	content := full(t, entries)
	seen := map[int]int{}
	for size := 1; size < len(content); size += 1 + rand.N(len(content)/40) {
		known := tryDamaged(t, content[:size], entries, fmt.Sprintf("%d bytes of %d", size, len(content)))
		if seen[known]++; known != refused && known != entries {
			t.Errorf("%d bytes of %d open, with %d entries of %d", size, len(content), known, entries)
		}
	}
	if seen[refused] == 0 {
		t.Error("no damage was found")
	}
	if known := tryDamaged(t, content, entries, "the whole file"); known != entries {
		t.Errorf("the whole file has %d entries", known)
	}
	if known := tryDamaged(t, nil, entries, "an empty file"); known != 0 {
		t.Errorf("an empty file is a new ledger, and has %d entries", known)
	}
}

func TestOverwrittenPages(t *testing.T) {
	const entries, page = 1500, 2048
	content := full(t, entries)
	found := 0
	for at := 0; at+page <= len(content); at += page {
		if len(bytes.Trim(content[at:at+page], "\x00")) == 0 {
			continue // not in use
		}
		for _, with := range []byte{0, 0xff} {
			damaged := bytes.Clone(content)
			copy(damaged[at:], bytes.Repeat([]byte{with}, page))
			if tryDamaged(t, damaged, entries, fmt.Sprintf("%d bytes of %q at %d", page, with, at)) == refused {
				found++
			}
		}
	}
	if found == 0 {
		t.Error("no damage was found")
	}
}

// A byte that is wrong costs the entry that it belongs to, or shows. Fifty entries
// stand on one page. The first two pages are left out: in them bbolt says where the
// last two transactions are, and it goes back to the other one.
func TestWrongBytes(t *testing.T) {
	const entries = 50
	content := full(t, entries)
	for at := 2 * os.Getpagesize(); at < len(content); at += 7 {
		if content[at] == 0 {
			continue
		}
		damaged := bytes.Clone(content)
		damaged[at] ^= 0x80
		if known := tryDamaged(t, damaged, entries, fmt.Sprintf("another byte at %d", at)); known != refused && known < entries-1 {
			t.Errorf("with another byte at %d, %d of %d entries are known", at, known, entries)
		}
	}
}

// Somebody cuts the file off while it is open.
func TestDamageUnderTheRun(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows does not cut off a file that is mapped")
	}
	path := filepath.Join(t.TempDir(), "ledger")
	must(t, os.WriteFile(path, full(t, 3000), 0o600))
	l := open(t, path, secret)
	must(t, os.Truncate(path, 2*4096))
	for i := range 3000 {
		if confirms(l, fmt.Sprintf("u%d@example.com", i), mobile, number(i%1000)) {
			t.Fatalf("u%d is confirmed by a page that is not there", i)
		}
	}
	for name, err := range map[string]error{
		"Confirm":  l.Confirm("u1@example.com", mobile, none, noon),
		"Forget":   l.Forget("u1@example.com", mobile),
		"Flush":    l.Flush(),
		"BeginRun": l.BeginRun(),
		"Close":    l.Close(),
	} {
		if !errors.Is(err, ledger.ErrDamaged) {
			t.Errorf("%s: %v, want that the ledger is damaged", name, err)
		}
	}
}

// change edits a ledger as a database.
func change(t *testing.T, path string, edit func(tx *bbolt.Tx) error) {
	t.Helper()
	db, err := bbolt.Open(path, 0o600, nil)
	must(t, err)
	must(t, db.Update(edit))
	must(t, db.Close())
}

func TestRefusedFiles(t *testing.T) {
	put := func(bucket, key string, value []byte) func(t *testing.T, path string) {
		return func(t *testing.T, path string) {
			change(t, path, func(tx *bbolt.Tx) error { return tx.Bucket([]byte(bucket)).Put([]byte(key), value) })
		}
	}
	for _, tt := range []struct {
		name    string
		prepare func(t *testing.T, path string)
		secret  []byte
		want    error
		says    string
	}{
		{"another secret", nil, bytes.Repeat([]byte{8}, ledger.SecretSize), ledger.ErrOtherSecret, "put the secret back"},
		{"a newer format", put("header", "format", []byte{ledger.Format + 1}), secret, ledger.ErrNewer, "use that version"},
		{"a newer format with another secret", put("header", "format", []byte{ledger.Format + 1}), bytes.Repeat([]byte{8}, ledger.SecretSize), ledger.ErrNewer, "use that version"},
		{"no format", put("header", "format", nil), secret, ledger.ErrDamaged, "delete it"},
		{"half a counter", put("header", "run", []byte{1}), secret, ledger.ErrDamaged, "delete it"},
		{"a long key", put("phones", "too long a key", make([]byte, 16)), secret, ledger.ErrDamaged, "delete it"},
		{"a short value", put("phones", "12345678", make([]byte, 15)), secret, ledger.ErrDamaged, "delete it"},
		{"no phones", func(t *testing.T, path string) {
			change(t, path, func(tx *bbolt.Tx) error { return tx.DeleteBucket([]byte("phones")) })
		}, secret, ledger.ErrDamaged, "delete it"},
		{"another database", func(t *testing.T, path string) {
			change(t, path, func(tx *bbolt.Tx) error {
				_, err := tx.CreateBucket([]byte("theirs"))
				return errors.Join(err, tx.DeleteBucket([]byte("header")))
			})
		}, secret, ledger.ErrDamaged, "delete it"},
		{"a text", func(t *testing.T, path string) {
			must(t, os.WriteFile(path, bytes.Repeat([]byte("not a database\n"), 4096), 0o600))
		}, secret, ledger.ErrDamaged, "delete it"},
	} {
		path := filepath.Join(t.TempDir(), "ledger")
		must(t, open(t, path, secret).Close())
		if tt.prepare != nil {
			tt.prepare(t, path)
		}
		for range 2 { // the first leaves no lock behind
			_, err := ledger.Open(path, tt.secret)
			if !errors.Is(err, tt.want) || !strings.Contains(fmt.Sprint(err), tt.says) || !strings.Contains(fmt.Sprint(err), path) {
				t.Errorf("%s: %v, want %v of %s, and to %s", tt.name, err, tt.want, path, tt.says)
			}
		}
	}
}

func TestOneProcessAtATime(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger")
	l := open(t, path, secret)
	if _, err := ledger.Open(path, secret); !errors.Is(err, ledger.ErrInUse) {
		t.Errorf("a second time it opens with %v, want that it is in use", err)
	}
	must(t, l.Close())
	must(t, open(t, path, secret).Close())
}

func TestWhatTheSystemRefuses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "no such folder", "ledger")
	if _, err := ledger.Open(path, secret); !errors.Is(err, fs.ErrNotExist) || errors.Is(err, ledger.ErrDamaged) {
		t.Errorf("in a folder that is not there: %v", err)
	}
	if _, err := ledger.Open(filepath.Join(t.TempDir(), "ledger"), secret[:16]); err == nil {
		t.Error("half a secret is taken")
	}
}
