package phonenumber

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/nyaruka/phonenumbers"
	"golang.org/x/sync/errgroup"
	"pgregory.net/rapid"
)

// allRegions are those of the reference library.
var allRegions = slices.Sorted(maps.Keys(phonenumbers.GetSupportedRegions()))

// The reference library writes its example numbers in four forms. Each is read as
// the number it stands for, those of national calls in their own region.
func TestReadsWhatTheLibraryWrites(t *testing.T) {
	for _, region := range allRegions {
		for kind := phonenumbers.FIXED_LINE; kind <= phonenumbers.VOICEMAIL; kind++ {
			number := phonenumbers.GetExampleNumberForType(region, kind)
			if number == nil {
				continue
			}
			national := phonenumbers.GetNationalSignificantNumber(number)
			want := fmt.Sprintf("+%d %s", number.GetCountryCode(), national)
			if isDummy(national) || isDummy("0"+national) || region == "AR" && kind == phonenumbers.MOBILE {
				continue // made of 123456789; and the 9 of calls from abroad, which the library keeps in Argentina
			}
			for format, in := range map[phonenumbers.PhoneNumberFormat]Region{
				phonenumbers.E164: {}, phonenumbers.INTERNATIONAL: {}, phonenumbers.RFC3966: {}, phonenumbers.NATIONAL: {Code: region},
			} {
				text := phonenumbers.Format(number, format)
				parsed := parser.Parse(text, Parts{}, in)
				if parsed.Number.Graph() != want || parsed.Problem != nil {
					t.Errorf("%q in %v: %q, %v, want %q", text, in, parsed.Number.Graph(), parsed.Problem, want)
				}
				for _, note := range parsed.Notes {
					switch said := string(note.Code); {
					case said == "signs-left-out" && format == phonenumbers.RFC3966:
					case said == "prefix-left-out" && region == "BY": // 8 0, of which only the 0 is the plan's
					case said == "plus-or-national/note" && format == phonenumbers.NATIONAL:
					default:
						t.Errorf("%q in %v has the note %s", text, in, said)
					}
				}
			}
		}
	}
}

// drawNumber draws a number that is valid, by the library's ranges or by chance.
func drawNumber(t *rapid.T) (region, code, national string) {
	region = rapid.SampledFrom(allRegions).Draw(t, "region")
	example := phonenumbers.GetExampleNumberForType(region, rapid.SampledFrom([]phonenumbers.PhoneNumberType{phonenumbers.FIXED_LINE, phonenumbers.MOBILE}).Draw(t, "kind"))
	if example == nil {
		t.Skip("no example")
	}
	code, national = fmt.Sprint(example.GetCountryCode()), phonenumbers.GetNationalSignificantNumber(example)
	last := rapid.StringMatching(`[0-9]{3}`).Draw(t, "last digits")
	national = national[:len(national)-3] + last
	if !isValid("+"+code+national, "") || region == "AR" && national[0] == '9' {
		t.Skip("in no range, or one whose national form the library writes wrongly")
	}
	return region, code, national
}

// drawGroups puts marks between digits, at most one at each place.
func drawGroups(t *rapid.T, digits string) string {
	var text strings.Builder
	for i := range len(digits) {
		if i > 0 && rapid.IntRange(0, 3).Draw(t, "gap") == 0 {
			text.WriteString(rapid.SampledFrom([]string{" ", "-", ".", "/", "\u00a0", "\u2013", "\u200b", "  "}).Draw(t, "mark"))
		}
		text.WriteByte(digits[i])
	}
	return text.String()
}

// Marks, labels, blanks and what cannot be seen never make another number of one.
func TestWritingNeverChangesTheNumber(t *testing.T) {
	read := 0
	rapid.Check(t, func(t *rapid.T) {
		region, code, national := drawNumber(t)
		around := rapid.SampledFrom([]string{"%s", " %s ", "\ufeff%s", "tel: %s", "%s (mobil)", "«%s»", "'%s", `="%s"`, "%s;", "\u202a%s\u202c"}).Draw(t, "around")
		for text, in := range map[string]Region{
			"+" + drawGroups(t, code+national):                                             {Code: rapid.SampledFrom(allRegions).Draw(t, "row's country")},
			drawGroups(t, phonenumbers.NormalizeDigitsOnly(dialledAtHome(code, national))): {Code: region},
		} {
			text = fmt.Sprintf(around, text)
			parsed := parser.Parse(text, Parts{}, in)
			switch want := "+" + code + " " + national; {
			case parsed.Problem != nil: // a date, an amount, a second number
			case parsed.Number.Graph() != want:
				t.Fatalf("%q in %v became %q with notes %q, want %q or a problem", text, in, parsed.Number.Graph(), codes(parsed.Notes), want)
			default:
				read++
			}
		}
	})
	if read == 0 {
		t.Error("nothing was read")
	}
}

// dialledAtHome is a number as its own country writes it.
func dialledAtHome(code, national string) string {
	number, err := phonenumbers.Parse("+"+code+national, "")
	if err != nil {
		return national
	}
	return phonenumbers.Format(number, phonenumbers.NATIONAL)
}

// A number with its + stays in its country, whatever the row's is; and the row's
// own country allows all that a default allows, in the same way.
func TestCountryIsNeverExchanged(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`(\+|00|0|\+0|)[0-9]{1,4}[ /.-]?[0-9]{2,5}[ -]?[0-9]{0,6}( ?x[0-9]{1,3})?`).Draw(t, "text")
		region := rapid.SampledFrom(allRegions).Draw(t, "region")
		none, own, byDefault := parser.Parse(text, Parts{}, Region{}), parser.Parse(text, Parts{}, in(region)), parser.Parse(text, Parts{}, byDefault(region))
		if code, _, _ := own.Number.Parts(); text[0] == '+' && !strings.HasPrefix(strings.TrimLeft(onlyDigits(text), "0"), code) && text[1] != '0' {
			t.Errorf("%q became one of +%s", text, code)
		}
		if text[0] == '+' && text[1] != '0' && (own.Number != none.Number || byDefault.Number != none.Number) {
			t.Errorf("%q is %q, but %q in %s", text, none.Number.Graph(), own.Number.Graph(), region)
		}
		if byDefault.Problem == nil && byDefault.Number != own.Number {
			t.Errorf("%q is %q with the default %s, but %q in its rows", text, byDefault.Number.Graph(), region, own.Number.Graph())
		}
	})
}

// A number that is spread over cells is the one that was spread, or none.
func TestPartsAreTheWhole(t *testing.T) {
	joined := 0
	rapid.Check(t, func(t *rapid.T) {
		_, code, national := drawNumber(t)
		at := rapid.IntRange(0, max(0, min(4, len(national)-5))).Draw(t, "area")
		if at > 0 && national[at] == '0' {
			t.Skip("the 0 may be that of national calls")
		}
		parts := Parts{DialCode: code, AreaCode: national[:at], Extension: rapid.SampledFrom([]string{"", "12"}).Draw(t, "extension")}
		parsed := parser.Parse(drawGroups(t, national[at:]), parts, Region{})
		if _, digits, extension := parsed.Number.Parts(); parsed.Problem == nil && (digits != national || extension != parts.Extension) {
			t.Errorf("%q behind %v became %q, want %s", national[at:], parts, parsed.Number.Graph(), national)
		} else if parsed.Problem == nil {
			joined++
		}
	})
	if joined == 0 {
		t.Error("nothing was joined")
	}
}

// Any text whatever gets an answer, the same one from every goroutine.
func TestAnswersAnything(t *testing.T) {
	piece := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{
		"+", "00", "(0)", "0", "46", "701740605", "x", "ext", " ", "\n", "/", "-", "=\"", "\"", "'", "tel:", "E+", ".", ",", "٣", "𝟎", "\xff", "*", "•", "#", "[", "]",
	}))
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(piece, 1, 8).Draw(t, "pieces"), "")
		region := Region{Code: rapid.SampledFrom(append([]string{"", "ZZ"}, allRegions...)).Draw(t, "region"), Default: rapid.Bool().Draw(t, "default")}
		parts := Parts{DialCode: rapid.SampledFrom([]string{"", "46", "1"}).Draw(t, "dialling code"), AreaCode: rapid.StringMatching(`[0-9]{0,3}`).Draw(t, "area")}
		want := parser.Parse(text, parts, region)
		if (want.Problem == nil) == want.Number.IsZero() {
			t.Fatalf("%q: number %q and problem %v, want one of them", text, want.Number.Graph(), want.Problem)
		}
		var group errgroup.Group
		for range 4 {
			group.Go(func() error {
				if got := parser.Parse(text, parts, region); got.Number != want.Number || !slices.Equal(got.Notes, want.Notes) || (got.Problem == nil) != (want.Problem == nil) {
					return fmt.Errorf("%q: %q, then %q", text, want.Number.Graph(), got.Number.Graph())
				}
				return nil
			})
		}
		if err := group.Wait(); err != nil {
			t.Error(err)
		}
	})
}
