package plans_test

import (
	"testing"

	"entraphone/internal/phonenumber/plans"

	"github.com/nyaruka/phonenumbers"
)

// usual are numbers as they stand in files.
var usual = []struct{ name, digits, region string }{
	{"plus", "+4917604069012", ""},
	{"plus of a shared code", "+14155552671", ""},
	{"national", "017604069012", "DE"},
	{"national without prefix", "4155552671", "US"},
	{"exit code", "00442079460018", "DE"},
}

func TestParseAllocatesNothing(t *testing.T) {
	for _, u := range usual {
		if got := testing.AllocsPerRun(100, func() { _, _ = plans.Parse(u.digits, u.region) }); got != 0 {
			t.Errorf("Parse(%q, %q) allocates %v times, want 0", u.digits, u.region, got)
		}
	}
}

func BenchmarkParse(b *testing.B) {
	for _, u := range usual {
		b.Run(u.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = plans.Parse(u.digits, u.region)
			}
		})
	}
}

// BenchmarkLibrary is what the tables are faster than: it asks for the same.
func BenchmarkLibrary(b *testing.B) {
	for _, u := range usual {
		b.Run(u.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				number, _ := phonenumbers.ParseAndKeepRawInput(u.digits, u.region)
				phonenumbers.GetNumberType(number)
				phonenumbers.IsPossibleNumberWithReason(number)
			}
		})
	}
}
