package authmethod_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"testing"
	"text/template"

	"github.com/rs/zerolog"
	"pgregory.net/rapid"

	"entraphone/internal/authmethod"
)

// Wherever a number stands when it is printed, it is masked, and what stands
// round it is as with any other value.
func TestNumbersInsideOthersPrintMasked(t *testing.T) {
	us, uk := number(t, 1, "2065550123", "456"), number(t, 44, "7700900157", "")
	type dialled struct {
		Label string
		To    authmethod.PhoneNumber
	}
	printed := func(verb string, value any) string { return fmt.Sprintf(verb, value) }
	for _, test := range []struct{ got, want, where string }{
		{printed("%v", []authmethod.PhoneNumber{us, uk}), "[+1 ***23 +44 ***57]", "a slice"},
		{printed("%v", [2]*authmethod.PhoneNumber{})[:6], "[<nil>", "pointers to none"},
		{printed("%v", []any{us, &uk}), "[+1 ***23 +44 ***57]", "interfaces"},
		{printed("%v", map[string]authmethod.PhoneNumber{"office": us}), "map[office:+1 ***23]", "the value of a map"},
		{printed("%v", map[authmethod.PhoneNumber]string{uk: "ada"}), "map[+44 ***57:ada]", "the key of a map"},
		{printed("%+v", dialled{"desk", us}), "{Label:desk To:+1 ***23}", "a struct"},
		{printed("%+v", &dialled{"desk", us}), "&{Label:desk To:+1 ***23}", "a pointer to a struct"},
		{printed("%v", []dialled{{"a", us}, {"b", uk}}), "[{a +1 ***23} {b +44 ***57}]", "structs in a slice"},
		{printed("%+v", dialled{Label: "none"}), "{Label:none To:}", "a struct without a number"},
		{printed("dialled", us), "dialled%!(EXTRA authmethod.PhoneNumber=+1 ***23)", "an argument too many"},
		{printed("%", us), "%!(NOVERB)%!(EXTRA authmethod.PhoneNumber=+1 ***23)", "a format that breaks off"},
		{fmt.Errorf("sending %v: %w", us, io.EOF).Error(), "sending +1 ***23: EOF", "an error"},
		{errors.Join(fmt.Errorf("to %s", us), fmt.Errorf("to %d", uk)).Error(), "to +1 ***23\nto +44 ***57", "errors that are joined"},
	} {
		if test.got != test.want {
			t.Errorf("a number in %s prints as %q, want %q", test.where, test.got, test.want)
		}
	}
	// A verb for errors only: fmt prints the fields of the type then, which are scrambled.
	if text := printed("%w", us); strings.Contains(text, "5550123") || strings.Contains(text, "206555") {
		t.Errorf("a number printed as an error is %q, which holds its digits", text)
	}
}

// Formats that programs read hold no more than what people see.
func TestNumbersAreEncodedMasked(t *testing.T) {
	n := number(t, 1, "2065550123", "456")
	type person struct {
		To   authmethod.PhoneNumber
		More []authmethod.PhoneNumber `json:",omitempty"`
		Desk *authmethod.PhoneNumber
	}
	for want, value := range map[string]any{
		`"+1 ***23"`: n,
		`{"To":"+1 ***23","More":["+1 ***23"],"Desk":"+1 ***23"}`:    person{n, []authmethod.PhoneNumber{n}, &n},
		`{"To":"","Desk":null}`:                                      person{},
		`{"+1 ***23":1}`:                                             map[authmethod.PhoneNumber]int{n: 1},
		`{"a":["+1 ***23",{"b":"+1 ***23"}]}`:                        map[string]any{"a": []any{n, map[string]any{"b": &n}}},
		`{"To":"+1 ***23","More":["","+1 ***23"],"Desk":"+1 ***23"}`: &person{n, []authmethod.PhoneNumber{{}, n}, &n},
	} {
		if got, err := json.Marshal(value); err != nil || string(got) != want {
			t.Errorf("in JSON a number is %s, %v, want %s", got, err, want)
		}
	}
	if got, err := xml.Marshal(struct {
		XMLName struct{}               `xml:"p"`
		To      authmethod.PhoneNumber `xml:"to,attr"`
	}{To: n}); err != nil || string(got) != `<p to="+1 ***23"></p>` {
		t.Errorf("in XML a number is %s, %v", got, err)
	}
	var text strings.Builder
	if err := template.Must(template.New("").Parse("{{.To}} {{printf `%x` .To}}")).Execute(&text, person{To: n}); err != nil || text.String() != "+1 ***23 +1 ***23" {
		t.Errorf("in a template a number is %q, %v", text.String(), err)
	}
}

// A masked number is not a number any more: reading one back is an error, so that
// no report can be fed in as if it were a list of numbers.
func TestMaskedNumbersAreNotReadBack(t *testing.T) {
	n := number(t, 1, "2065550123", "")
	if back, ok := authmethod.ParsePhoneNumber(n.String()); ok || !back.IsZero() {
		t.Errorf("reading %s back gives a number", n)
	}
	for _, text := range []string{"", "+1", "+1 ", "1 2065550123", "+12065550123", "+1  2065550123", "+1 2065550123x", "+01 2065550123", "+1 206-555-0123"} {
		if back, ok := authmethod.ParsePhoneNumber(text); ok || !back.IsZero() {
			t.Errorf("%q is read as a number, want Graph's form and no other", text)
		}
	}
	for _, whole := range []authmethod.PhoneNumber{n, number(t, 44, "7700900157", "99"), number(t, 39, "0312345678", "")} {
		if back, ok := authmethod.ParsePhoneNumber(whole.Graph()); !ok || back != whole {
			t.Errorf("%s is not read back as itself", whole)
		}
	}
}

func TestLogsHoldMaskedNumbers(t *testing.T) {
	n := number(t, 44, "7700900157", "99")
	step := authmethod.Step{Verb: authmethod.Create, User: "ada@example.com", PhoneType: authmethod.PhoneTypeMobile, Number: n}
	var zero, text, asJSON bytes.Buffer
	logger := zerolog.New(&zero)
	logger.Info().Stringer("stringer", n).Any("any", n).Interface("pointer", &n).Fields(map[string]any{"fields": n}).
		Array("array", zerolog.Arr().Interface(n)).Dict("dict", zerolog.Dict().Any("in", n)).
		Err(fmt.Errorf("to %v", n)).Any("step", step).Msgf("sending to %s", n)
	slog.New(slog.NewTextHandler(&text, nil)).Info("sending", "number", n, "step", step)
	slog.New(slog.NewJSONHandler(&asJSON, nil)).Info("sending", "number", n, slog.Group("g", "step", &step))
	for want, log := range map[string]string{
		`"stringer":"+44 ***57","any":"+44 ***57","pointer":"+44 ***57","fields":"+44 ***57","array":["+44 ***57"],"dict":{"in":"+44 ***57"},"error":"to +44 ***57"`: zero.String(),
		`"Number":"+44 ***57"},"message":"sending to +44 ***57"}`: zero.String(),
		`number="+44 ***57"`:    text.String(),
		`"number":"+44 ***57",`: asJSON.String(),
		`"Number":"+44 ***57"}`: asJSON.String(),
	} {
		if !strings.Contains(log, want) || strings.Contains(log, "7700900") || strings.Contains(log, "900157") {
			t.Errorf("the log is %s, want it to hold %s and no more digits", log, want)
		}
	}
}

// What is printed of a number tells its country code and its last two digits, and
// nothing else: numbers that share those print alike, whatever the verb.
func TestNumbersThatLookAlike(t *testing.T) {
	type boxed struct{ N authmethod.PhoneNumber }
	rapid.Check(t, func(t *rapid.T) {
		code := rapid.IntRange(1, authmethod.MaxCountryCode).Draw(t, "code")
		end := rapid.StringMatching(`[0-9]{2}`).Draw(t, "last digits")
		format := "%" + rapid.SampledFrom([]string{"", "+", "#", "-", "0", " ", "20", ".3", "-12.4"}).Draw(t, "flags") +
			rapid.SampledFrom(strings.Split("vsdqxXobcUeEfFgGtT", "")).Draw(t, "verb")
		looks := func(name string) string {
			n, ok := authmethod.NewPhoneNumber(code, rapid.StringMatching(`[0-9]{0,15}`).Draw(t, name)+end, rapid.StringMatching(`[0-9]{0,10}`).Draw(t, name+" extension"))
			asJSON, err := json.Marshal(boxed{n})
			if !ok || err != nil {
				t.Fatalf("a number with code %d and last digits %s: %t, %v", code, end, ok, err)
			}
			return fmt.Sprintf(format, n) + fmt.Sprintf(format, []any{n, boxed{n}}) + string(asJSON)
		}
		if a, b := looks("a"), looks("b"); a != b {
			t.Fatalf("with %s one number prints as %s and another as %s", format, a, b)
		}
	})
}

// Where fmt cannot ask the type it prints the fields. They differ from run to
// run, so that logs of two runs do not tell that a number stands in both.
func TestNumbersAreScrambledAnew(t *testing.T) {
	const variable = "ENTRAPHONE_TEST_PRINTS_A_NUMBER"
	if os.Getenv(variable) != "" {
		fmt.Printf("%v\n", struct{ n authmethod.PhoneNumber }{number(t, 1, "2065550123", "")})
		return
	}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var printed [2]string
	for i := range printed {
		run := exec.CommandContext(t.Context(), program, "-test.run=^TestNumbersAreScrambledAnew$")
		run.Env = append(os.Environ(), variable+"=1")
		out, err := run.Output()
		if err != nil {
			t.Fatal(err)
		}
		printed[i], _, _ = strings.Cut(string(out), "\n")
	}
	if printed[0] == printed[1] || !strings.HasPrefix(printed[0], "{{") {
		t.Errorf("the fields of a number print as %s and as %s, want them to differ", printed[0], printed[1])
	}
}
