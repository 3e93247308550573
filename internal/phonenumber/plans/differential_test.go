package plans_test

import (
	"math/rand/v2"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"testing"

	"entraphone/internal/phonenumber/plans"

	"github.com/nyaruka/phonenumbers"
	"golang.org/x/sync/errgroup"
)

// answer is all that is compared.
type answer struct {
	plans.Number // without what is not exported
	bare         bool
	here, there  bool // valid in the region of the call, and in another
	err          error
}

var kinds = map[phonenumbers.PhoneNumberType]plans.Kind{
	phonenumbers.UNKNOWN: plans.Unknown, phonenumbers.FIXED_LINE: plans.FixedLine, phonenumbers.MOBILE: plans.Mobile,
	phonenumbers.FIXED_LINE_OR_MOBILE: plans.FixedLineOrMobile, phonenumbers.TOLL_FREE: plans.TollFree,
	phonenumbers.PREMIUM_RATE: plans.PremiumRate, phonenumbers.SHARED_COST: plans.SharedCost, phonenumbers.VOIP: plans.VoIP,
	phonenumbers.PERSONAL_NUMBER: plans.PersonalNumber, phonenumbers.PAGER: plans.Pager, phonenumbers.UAN: plans.UAN,
	phonenumbers.VOICEMAIL: plans.Voicemail,
}

var sources = map[phonenumbers.PhoneNumber_CountryCodeSource]plans.Source{
	phonenumbers.PhoneNumber_FROM_DEFAULT_COUNTRY:          plans.National,
	phonenumbers.PhoneNumber_FROM_NUMBER_WITH_PLUS_SIGN:    plans.Plus,
	phonenumbers.PhoneNumber_FROM_NUMBER_WITH_IDD:          plans.ExitCode,
	phonenumbers.PhoneNumber_FROM_NUMBER_WITHOUT_PLUS_SIGN: plans.WithoutPlus,
}

var lengths = map[phonenumbers.ValidationResult]plans.Length{
	phonenumbers.IS_POSSIBLE: plans.Possible, phonenumbers.IS_POSSIBLE_LOCAL_ONLY: plans.LocalOnly,
	phonenumbers.TOO_SHORT: plans.TooShort, phonenumbers.TOO_LONG: plans.TooLong, phonenumbers.INVALID_LENGTH: plans.InvalidLength,
}

var failures = map[error]error{
	phonenumbers.ErrNotANumber: plans.ErrNotANumber, phonenumbers.ErrInvalidCountryCode: plans.ErrCountryCode,
	phonenumbers.ErrTooShortAfterIDD: plans.ErrTooShortAfterExit, phonenumbers.ErrTooShortNSN: plans.ErrTooShort,
	phonenumbers.ErrNumTooLong: plans.ErrTooLong,
}

// library asks the authority.
func library(digits, region, other string) answer {
	number, err := phonenumbers.ParseAndKeepRawInput(digits, region)
	if err != nil {
		return answer{err: failures[err]}
	}
	number.RawInput = nil // Format would give it back for 000
	national := phonenumbers.GetNationalSignificantNumber(number)
	return answer{
		Number: plans.Number{
			CountryCode: int(number.GetCountryCode()), National: national,
			Kind: kinds[phonenumbers.GetNumberType(number)], Region: phonenumbers.GetRegionCodeForNumber(number),
			Source: sources[number.GetCountryCodeSource()], Length: lengths[phonenumbers.IsPossibleNumberWithReason(number)],
		},
		bare:  phonenumbers.NormalizeDigitsOnly(phonenumbers.Format(number, phonenumbers.NATIONAL)) == national,
		here:  phonenumbers.IsValidNumberForRegion(number, region),
		there: phonenumbers.IsValidNumberForRegion(number, other),
	}
}

func ours(digits, region, other string) answer {
	n, err := plans.Parse(digits, region)
	if err != nil {
		return answer{err: err}
	}
	return answer{
		Number: plans.Number{
			CountryCode: n.CountryCode, National: n.National, Kind: n.Kind, Region: n.Region, Source: n.Source, Length: n.Length,
		},
		bare: n.WrittenBare(), here: n.ValidIn(region), there: n.ValidIn(other),
	}
}

// compare reports whether both agree.
func compare(t testing.TB, digits, region, other string) bool {
	got, want := ours(digits, region, other), library(digits, region, other)
	if got != want {
		t.Errorf("Parse(%q, %q) and ValidIn(%q):\n got %+v\nwant %+v", digits, region, other, got, want)
	}
	return got == want
}

// environment returns a number of the environment, or what stands for it.
func environment(t *testing.T, name string, otherwise uint64) uint64 {
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// defaultComparisons are few under the race detector, where the library takes
// fifteen times as long.
func defaultComparisons() uint64 {
	build, _ := debug.ReadBuildInfo()
	if slices.Contains(build.Settings, debug.BuildSetting{Key: "-race", Value: "true"}) {
		return 10_000
	}
	return 200_000
}

// The library is the authority: any difference is a failure. The seed of a run
// that failed repeats it.
func TestEqualToTheLibrary(t *testing.T) {
	count := environment(t, "ENTRAPHONE_COMPARISONS", defaultComparisons())
	seed := environment(t, "ENTRAPHONE_SEED", rand.Uint64())
	t.Logf("%d comparisons, ENTRAPHONE_SEED=%d", count, seed)
	const shards, most = 64, 20 // differences shown of each
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for shard := range uint64(shards) {
		group.Go(func() error {
			d, differences := newDrawer(seed, shard), 0
			for i := shard; i < count && differences < most; i += shards {
				digits, region := d.dialled()
				if !compare(t, digits, region, d.anyRegion(region)) {
					differences++
				}
			}
			return nil
		})
	}
	_ = group.Wait() // a difference is reported where it is found
}

// FuzzParse makes digits of any bytes, with a plus sign or without, and compares
// as TestEqualToTheLibrary does.
func FuzzParse(f *testing.F) {
	regions := newDrawer(0, 0).regions
	f.Add(false, []byte("015112345678"), uint16(10), uint16(20))
	f.Add(true, []byte("5491123456789"), uint16(0), uint16(30))
	f.Fuzz(func(t *testing.T, plus bool, bytes []byte, region, other uint16) {
		for i, b := range bytes {
			bytes[i] = '0' + b%10
		}
		digits := string(bytes)
		if plus {
			digits = "+" + digits
		}
		compare(t, digits, regions[int(region)%len(regions)], regions[int(other)%len(regions)])
	})
}
