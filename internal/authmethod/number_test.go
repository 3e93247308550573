package authmethod_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/rs/zerolog"
	"pgregory.net/rapid"

	"entraphone/internal/authmethod"
)

func number(t *testing.T, countryCode int, national, extension string) authmethod.PhoneNumber {
	t.Helper()
	n, ok := authmethod.NewPhoneNumber(countryCode, national, extension)
	if !ok {
		t.Fatalf("NewPhoneNumber(%d, %q, %q) gave none", countryCode, national, extension)
	}
	return n
}

func TestNewPhoneNumber(t *testing.T) {
	for _, test := range []struct {
		countryCode               int
		national, extension, want string
	}{
		{1, "2065550101", "", "+1 2065550101"},
		{39, "0236618300", "", "+39 0236618300"},                                      // zeros in front belong to it
		{1, "2065550100", "0012", "+1 2065550100x0012"},                               // also of the extension
		{1, "2065550100", "0", "+1 2065550100x0"},                                     // an extension may be 0
		{999, "99999999999999999", "9999999999", "+999 99999999999999999x9999999999"}, // the longest of all
		{1, "0", "", "+1 0"},
		{0, "2065550101", "", ""},            // no country code
		{1, "", "", ""},                      // no number
		{1000, "2065550101", "", ""},         // no country code is so long
		{1, "123456789012345678", "", ""},    // no number is so long
		{1, "2065550101", "12345678901", ""}, // two numbers run together
		{1, "206555o101", "", ""},            // a letter
		{1, "2065550101", "x1", ""},          // digits only
		{1, "２０６５５５０１０１", "", ""},            // digits of ASCII only
	} {
		n, ok := authmethod.NewPhoneNumber(test.countryCode, test.national, test.extension)
		if got := n.Graph(); got != test.want || ok != (test.want != "") || n.IsZero() == ok {
			t.Errorf("NewPhoneNumber(%d, %q, %q) = %q, %t, want %q", test.countryCode, test.national, test.extension, got, ok, test.want)
		}
	}
}

// A number gives its parts back, and numbers are equal exactly when all their
// parts are.
func TestPhoneNumberIsItsParts(t *testing.T) {
	part := func(t *rapid.T, least, most int) string {
		return rapid.StringMatching(fmt.Sprintf("[0-9]{%d,%d}", least, most)).Draw(t, "digits")
	}
	rapid.Check(t, func(t *rapid.T) {
		draw := func() ([3]string, authmethod.PhoneNumber) {
			code := rapid.SampledFrom([]int{1, 7, 44, 49, 353, 999}).Draw(t, "code")
			parts := [3]string{strconv.Itoa(code), part(t, 1, authmethod.MaxNational), part(t, 0, authmethod.MaxExtension)}
			n, _ := authmethod.NewPhoneNumber(code, parts[1], parts[2])
			return parts, n
		}
		a, x := draw()
		b, y := draw()
		if c, n, e := x.Parts(); [3]string{c, n, e} != a {
			t.Fatalf("parts of %v = %q %q %q", a, c, n, e)
		}
		if (x == y) != (a == b) {
			t.Fatalf("%v and %v: equal %t", a, b, x == y)
		}
	})
}

// However it is printed, and wherever it stands, no more than the country code
// and the last two digits can be read.
func TestPhoneNumberPrintsMasked(t *testing.T) {
	n := number(t, 1, "2065550123", "456")
	type exported struct{ N authmethod.PhoneNumber }
	type hidden struct{ n authmethod.PhoneNumber }
	var log bytes.Buffer
	logger := zerolog.New(&log)
	logger.Info().Stringer("a", n).Interface("b", n).Any("c", exported{n}).Any("d", []authmethod.PhoneNumber{n}).Msg("")
	asJSON, err := json.Marshal(map[string]any{"a": n, "b": exported{n}, "c": &n})
	if err != nil {
		t.Fatal(err)
	}
	texts := []string{log.String(), string(asJSON), n.String()}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x", "%X", "%o", "%b", "%c", "%U", "%e", "%t", "%T", "%10.3v"} {
		for _, value := range []any{
			n, &n, exported{n}, &exported{n}, hidden{n}, &hidden{n}, []hidden{{n}}, map[string]hidden{"x": {n}}, [1]any{hidden{n}},
			authmethod.Step{Number: n}, authmethod.Row{Number: n}, &authmethod.Row{Number: n},
		} {
			texts = append(texts, fmt.Sprintf(verb, value))
		}
	}
	for _, text := range texts {
		for _, secret := range []string{"2065550123", "206555", "5550123", fmt.Sprintf("%x", "2065550123"), fmt.Sprintf("%x", 2065550123), fmt.Sprintf("%o", 2065550123)} {
			if strings.Contains(text, secret) && !strings.HasPrefix(text, "0x") {
				t.Errorf("a number printed as %q, which holds %q", text, secret)
			}
		}
	}
	if got := fmt.Sprintf("%d|%s|%v", n, n, exported{n}); got != "+1 ***23|+1 ***23|{+1 ***23}" {
		t.Errorf("a number prints as %q, want its country code and last two digits", got)
	}
	if got := fmt.Sprint(authmethod.PhoneNumber{}); got != "" {
		t.Errorf("no number prints as %q, want nothing", got)
	}
}

// Any digits within the limits are a number, and nothing else is; it is written
// as Graph documents: "+{country code} {number}x{extension}".
func TestNumbersInGraphsForm(t *testing.T) {
	digits := regexp.MustCompile(`^[0-9]{1,17}/[0-9]{0,10}$`)
	text := rapid.OneOf(rapid.StringMatching(`[0-9]{0,19}`), rapid.StringMatching(`[0-9x+ ]{0,5}`), rapid.String())
	rapid.Check(t, func(t *rapid.T) {
		code := rapid.OneOf(rapid.IntRange(-2, 1100), rapid.Int()).Draw(t, "code")
		national, extension := text.Draw(t, "national"), text.Draw(t, "extension")
		n, ok := authmethod.NewPhoneNumber(code, national, extension)
		if want := 1 <= code && code <= 999 && digits.MatchString(national+"/"+extension); ok != want || n.IsZero() == want {
			t.Fatalf("%d, %q and %q are a number: %t, %t, want %t", code, national, extension, ok, !n.IsZero(), want)
		}
		if want := strings.TrimSuffix(fmt.Sprintf("+%d %sx%s", code, national, extension), "x"); ok && n.Graph() != want {
			t.Fatalf("the number is %q, want %q", n.Graph(), want)
		}
	})
}

// No number has no text in any form, and is equal to no number that there is.
func TestNoNumber(t *testing.T) {
	var none authmethod.PhoneNumber
	code, national, extension := none.Parts()
	if text := none.Graph() + none.String() + code + national + extension; text != "" || !none.IsZero() {
		t.Errorf("no number is %q, and zero: %t", text, none.IsZero())
	}
	if none == number(t, 1, "0", "") {
		t.Error("no number equals +1 0")
	}
}
