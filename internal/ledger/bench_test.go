package ledger_test

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"entraphone/internal/authmethod"
	"entraphone/internal/ledger"
)

// TestBenchLedger prints what a ledger of a million phones costs, and fails above
// the limits; "make bench" runs it.
func TestBenchLedger(t *testing.T) {
	if os.Getenv("ENTRAPHONE_BENCH") == "" {
		t.Skip("only make bench runs this")
	}
	const phones = 1_000_000
	users, numbers := make([]string, phones), make([]authmethod.PhoneNumber, phones)
	for i := range phones {
		users[i] = fmt.Sprintf("user%07d@example.com", i)
		numbers[i], _ = authmethod.NewPhoneNumber(1, fmt.Sprintf("206%07d", i), "")
	}
	path := filepath.Join(t.TempDir(), "ledger")
	secret := make([]byte, ledger.SecretSize)
	fmt.Printf("\na ledger of %d phones\n", phones)

	l := open(t, path, secret)
	began := time.Now()
	for i := range phones {
		must(t, l.Confirm(users[i], mobile, numbers[i], began))
	}
	must(t, l.Close())
	info, err := os.Stat(path)
	must(t, err)
	fmt.Printf("  written in %.1f s; the file has %d MB\n", time.Since(began).Seconds(), info.Size()>>20)

	var before, opened, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	began = time.Now()
	l = open(t, path, secret)
	took := time.Since(began)
	runtime.ReadMemStats(&opened)
	began = time.Now()
	for i := range phones {
		if _, same := l.Confirmed(users[i], mobile, numbers[i]); !same {
			t.Fatalf("%s is not confirmed", users[i])
		}
	}
	each := time.Since(began) / phones
	runtime.ReadMemStats(&after)
	must(t, l.Close())

	verdict(t, "seconds to open it", took.Seconds(), 1)
	verdict(t, "MB of heap that opening allocates, in all", float64(opened.TotalAlloc-before.TotalAlloc)/(1<<20), 60)
	verdict(t, "microseconds for a look-up", float64(each.Nanoseconds())/1000, 20)
	verdict(t, "allocations for a look-up", float64(after.Mallocs-opened.Mallocs)/phones, 10)
}

func verdict(t *testing.T, what string, got, limit float64) {
	t.Helper()
	mark := "ok"
	if got > limit {
		mark = "MISSED"
		t.Fail()
	}
	fmt.Printf("  %-62s %10.3f  (<= %g)  %s\n", what, got, limit, mark)
}
