package authmethod_test

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"

	"entraphone/internal/authmethod"
	"entraphone/internal/spreadsheet"
)

// Every code has what a person needs, and every constant an entry.
func TestCatalogueIsWhole(t *testing.T) {
	constants, err := os.ReadFile("codes.go")
	if err != nil {
		t.Fatal(err)
	}
	declared := map[string]bool{}
	for _, match := range regexp.MustCompile(`Code = "([^"]+)"`).FindAllStringSubmatch(string(constants), -1) {
		declared[match[1]] = true
	}
	seen := map[authmethod.Code]bool{}
	for _, e := range authmethod.Catalogue() {
		switch {
		case !declared[string(e.Code)]:
			t.Errorf("%s is in codes.txt and not in codes.go", e.Code)
		case seen[e.Code]:
			t.Errorf("%s is declared twice", e.Code)
		case e.Message == "" || e.Example == "":
			t.Errorf("%s lacks a message or an example", e.Code)
		case e.Kind == "problem" && e.Advice == "":
			t.Errorf("%s is a problem and says not what to do", e.Code)
		case e.Kind == "outcome" && (e.Class == "") != (e.Advice == ""):
			t.Errorf("%s is an outcome and says who can help, and not how, or the reverse", e.Code)
		}
		for _, text := range []string{e.Message, e.Advice, e.Example} {
			if strings.TrimSpace(text) != text || strings.HasSuffix(text, ".") {
				t.Errorf("%s: %q has blanks at its ends or a full stop", e.Code, text)
			}
			// The results would show the text with an apostrophe in it.
			if text != e.Example && spreadsheet.Protect(text) != text {
				t.Errorf("%s: a spreadsheet would take %q for a formula", e.Code, text)
			}
		}
		seen[e.Code] = true
	}
	for code := range declared {
		if !seen[authmethod.Code(code)] {
			t.Errorf("%s is in codes.go and not in codes.txt", code)
		}
	}
}

func TestCodeMakesProblemsAndResults(t *testing.T) {
	p := authmethod.CodeInsideQuote.Problem(3, 7)
	if p.Message != "the line may stand inside a quoted cell that begins on line 3 and ends on line 7; nothing of it is sent" || !strings.Contains(p.Advice, "correct line 3 first") {
		t.Errorf("problem = %+v", p)
	}
	// An argument that only the advice uses, and a text with a sign of percent.
	if r := authmethod.CodeHeldBackPlan.Result(authmethod.Dependency, 4); r.Message != "the user's mobile has to be there first" || r.Advice != "correct line 4 and run again" || r.Class != authmethod.FixData {
		t.Errorf("result = %+v", r)
	}
	if p := authmethod.CodePhoneType.Problem(`"100%"`); !strings.Contains(p.Message, `"100%"`) {
		t.Errorf("problem = %+v", p)
	}
}

// Programs see the word, whatever the way it is told in.
func TestCodeIsItsWord(t *testing.T) {
	text, err := json.Marshal(authmethod.CodeRaggedRowLines.Problem(1, 2, 3))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(string(text), `{"code":"ragged-row","message":`) {
		t.Errorf("a problem in JSON is %s", text)
	}
	for _, e := range authmethod.Catalogue() {
		if strings.Contains(e.Code.Word(), "/") || e.Code.Word() == "" {
			t.Errorf("the word of %s is %q", e.Code, e.Code.Word())
		}
	}
}
