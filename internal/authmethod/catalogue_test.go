package authmethod_test

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"entraphone/internal/authmethod"
)

// Programs match the words, and people type them after explain.
func TestCodesAreWords(t *testing.T) {
	form := regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*(/[a-z0-9]+(-[a-z0-9]+)*)?$`)
	known := map[authmethod.Code]bool{}
	for _, e := range authmethod.Catalogue() {
		known[e.Code] = true
		if !form.MatchString(string(e.Code)) {
			t.Errorf("%q is not small letters and digits with hyphens, and one slash at most", e.Code)
		}
	}
	for code := range known {
		if word := authmethod.Code(code.Word()); !known[word] {
			t.Errorf("%s is one way of %s, which is not a code", code, word)
		}
	}
}

// A constant with the text of another code would give users a wrong reason.
func TestConstantsAreNamedAsTheirCodes(t *testing.T) {
	source, err := os.ReadFile("codes.go")
	if err != nil {
		t.Fatal(err)
	}
	constants := regexp.MustCompile(`(?m)^\tCode(\w+) +Code = "([^"]+)"$`).FindAllStringSubmatch(string(source), -1)
	if len(constants) != len(authmethod.Catalogue()) {
		t.Errorf("%d constants for %d codes", len(constants), len(authmethod.Catalogue()))
	}
	for _, c := range constants {
		if name := strings.NewReplacer("-", "", "/", "").Replace(c[2]); !strings.EqualFold(c[1], name) {
			t.Errorf("Code%s is %q", c[1], c[2])
		}
	}
}

func TestKindsOfCodes(t *testing.T) {
	kinds := []string{"problem", "note", "outcome"}
	last := 0
	for _, e := range authmethod.Catalogue() {
		kind := slices.Index(kinds, e.Kind)
		if kind < last {
			t.Errorf("%s is a %q behind a %s", e.Code, e.Kind, kinds[last])
		}
		last = max(last, kind)
		ofSuccess := e.Code == authmethod.CodeAnswerLost || e.Code == authmethod.CodeGoneAlready || e.Code == authmethod.CodeSkipped || e.Code == authmethod.CodeConfirmed
		if classed := slices.Contains(authmethod.Classes(), e.Class); classed != (e.Kind == "outcome" && !ofSuccess) || !classed && e.Class != "" {
			t.Errorf("%s is a %s and has the class %q: outcomes that are no success have one of them, and nothing else has", e.Code, e.Kind, e.Class)
		}
		if e.OfPhone && e.Kind != "problem" {
			t.Errorf("%s is a %s about the cell of the phone, want a problem", e.Code, e.Kind)
		}
	}
	for code, want := range map[authmethod.Code]authmethod.Entry{
		authmethod.CodeTooShort:        {Kind: "problem", OfPhone: true},
		authmethod.CodeUserMissing:     {Kind: "problem"},
		authmethod.CodePlusMissingNote: {Kind: "note"},
		authmethod.CodeConflict:        {Kind: "outcome", Class: authmethod.Decision},
		authmethod.CodeAccessRefused:   {Kind: "outcome", Class: authmethod.Permission},
	} {
		if e := code.Entry(); e.Kind != want.Kind || e.OfPhone != want.OfPhone || e.Class != want.Class {
			t.Errorf("%s is %+v, want %+v", code, e, want)
		}
	}
}

// Several ways of one code tell different things, or need not be several.
func TestWaysOfACodeDiffer(t *testing.T) {
	ways := map[string]authmethod.Code{}
	for _, e := range authmethod.Catalogue() {
		told := fmt.Sprint(e.Code.Word(), e.Kind, e.Class, e.Message, e.Advice)
		if other, same := ways[told]; same {
			t.Errorf("%s and %s tell the same", other, e.Code)
		}
		ways[told] = e.Code
	}
}

var verb = regexp.MustCompile(`%\[(\d)\]([dsq])`)

// arguments are values for the verbs of an entry.
func arguments(t *testing.T, e authmethod.Entry) (args []any) {
	t.Helper()
	texts := strings.ReplaceAll(e.Message+"\n"+e.Advice, "%%", "")
	if rest := verb.ReplaceAllString(texts, ""); strings.Contains(rest, "%") {
		t.Errorf("%s has a verb without the index of its argument: %s", e.Code, rest)
	}
	wanted := map[string]any{}
	for _, found := range verb.FindAllStringSubmatch(texts, -1) {
		var arg any = "value" + found[1]
		if found[2] == "d" {
			arg = 40 + len(wanted)
		}
		if other, twice := wanted[found[1]]; twice && fmt.Sprintf("%T", other) != fmt.Sprintf("%T", arg) {
			t.Errorf("%s wants argument %s to be a number and a text", e.Code, found[1])
		} else if !twice {
			wanted[found[1]] = arg
		}
	}
	for i := range len(wanted) {
		arg, is := wanted[fmt.Sprint(i+1)]
		if !is {
			t.Errorf("%s has %d arguments and does not use number %d", e.Code, len(wanted), i+1)
		}
		args = append(args, arg)
	}
	return args
}

// Whatever the code, people see whole sentences with all that belongs in them,
// and no number.
func TestTextsAreFilledIn(t *testing.T) {
	digits := regexp.MustCompile(`[0-9][0-9 ]{6,}`)
	for _, e := range authmethod.Catalogue() {
		args := arguments(t, e)
		p, r := e.Code.Problem(args...), e.Code.Result(authmethod.Failed, args...)
		for _, text := range []string{p.Message, p.Advice} {
			if strings.Contains(text, "%!") || strings.Contains(text, "%[") || strings.Contains(text, "\n") || digits.MatchString(text) {
				t.Errorf("%s says %q: it has a verb, a line break or a number in it", e.Code, text)
			}
		}
		for _, arg := range args {
			if !strings.Contains(p.Message+p.Advice, fmt.Sprint(arg)) {
				t.Errorf("%s leaves out %v: %s; %s", e.Code, arg, p.Message, p.Advice)
			}
		}
		if want := (authmethod.Result{Outcome: authmethod.Failed, Class: e.Class, Reason: e.Code, Message: p.Message, Advice: p.Advice}); r != want {
			t.Errorf("as a result %s is %+v, want %+v", e.Code, r, want)
		}
	}
}

// What stands in an argument is never read as a verb.
func TestArgumentsAreNotFormats(t *testing.T) {
	const cell = "100%[1]s %d"
	if got := authmethod.CodePhoneType.Problem(cell).Message; got != "the phone type "+cell+" is not one of mobile, alternateMobile and office" {
		t.Errorf("the message is %q", got)
	}
	if p := authmethod.CodeUserMissing.Problem("not asked for"); strings.Contains(p.Message+p.Advice, "not asked for") {
		t.Errorf("a text without verbs became %+v", p)
	}
}

// Codes that the catalogue lacks are a mistake of the program, which names them.
func TestUnknownCodes(t *testing.T) {
	for name, use := range map[string]func(authmethod.Code){
		"Entry":   func(c authmethod.Code) { c.Entry() },
		"Problem": func(c authmethod.Code) { c.Problem() },
		"Result":  func(c authmethod.Code) { c.Result(authmethod.Failed) },
	} {
		for _, code := range []authmethod.Code{"", "no-such-code", "too-short/no-such-way", "Too-Short"} {
			func() {
				defer func() {
					if text := fmt.Sprint(recover()); !strings.HasSuffix(text, "there is no code "+string(code)) {
						t.Errorf("%s of the code %q: %s, want a panic that names it", name, code, text)
					}
				}()
				use(code)
			}()
		}
	}
}

// Everything that a program reads of a problem, in the order of its fields.
func TestProblemsInJSON(t *testing.T) {
	for want, value := range map[string]any{
		`{"code":"user-missing","message":"the user cell is empty, or says that there is none","advice":"write the user's userPrincipalName or object id"}`: authmethod.CodeUserMissing.Problem(),
		`["number-part","too-short"]`:          []authmethod.Code{authmethod.CodeNumberPartArea, authmethod.CodeTooShort},
		`{"code":"","message":"","advice":""}`: authmethod.Problem{},
	} {
		if got, err := json.Marshal(value); err != nil || string(got) != want {
			t.Errorf("in JSON it is %s, %v, want %s", got, err, want)
		}
	}
}
