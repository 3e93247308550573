package phonenumber

import (
	"regexp"
	"testing"

	"entraphone/internal/authmethod"
)

// situation is what the catalogue writes behind a cell in an example.
var situation = regexp.MustCompile(`^(.*?) (?:in|beside|with|without) (.*?)(?: \(AQ\))?$`)

// The catalogue's example of a problem has it. Those that need more than a cell,
// its country and one other cell are looked at elsewhere.
func TestExamplesHaveTheirProblems(t *testing.T) {
	situations := map[string]func(*Parts, *Region){
		"a country":              func(*Parts, *Region) {},
		"the country Deutschlnd": func(_ *Parts, r *Region) { r.Unread = "Deutschlnd" },
		"Germany":                func(_ *Parts, r *Region) { r.Code = "DE" },
		"the United States":      func(_ *Parts, r *Region) { r.Code = "US" },
		"Japan":                  func(_ *Parts, r *Region) { r.Code = "JP" },
		"Singapore":              func(_ *Parts, r *Region) { r.Code = "SG" },
		"Vietnam":                func(_ *Parts, r *Region) { r.Code = "VN" },
		"Antarctica":             func(_ *Parts, r *Region) { r.Code = "AQ" },
		"--default-country DE":   func(_ *Parts, r *Region) { *r = Region{Code: "DE", Default: true} },
		"--default-country GB":   func(_ *Parts, r *Region) { *r = Region{Code: "GB", Default: true} },
		"an area code of 206":    func(p *Parts, r *Region) { p.AreaCode, r.Code = "206", "US" },
		"an area code of 089":    func(p *Parts, r *Region) { p.AreaCode, r.Code = "089", "DE" },
		"an extension of 13":     func(p *Parts, _ *Region) { p.Extension = "13" },
		"a column of area codes": nil,
		"a column of extensions": nil,
		"another encoding that was not named with --encoding": nil,
		"a column of dialling codes":                          nil,
	}
	for _, entry := range authmethod.Catalogue() {
		if !entry.OfPhone {
			continue
		}
		cell, parts, region := entry.Example, Parts{}, Region{}
		if match := situation.FindStringSubmatch(cell); match != nil {
			set, known := situations[match[2]]
			if !known {
				t.Errorf("%s: the example %q has a situation that no test knows", entry.Code, cell)
			}
			if set == nil {
				continue
			}
			cell = match[1]
			set(&parts, &region)
		}
		switch entry.Code {
		case authmethod.CodeNumberCellTooLong, authmethod.CodeAmbiguous:
			continue // said in words
		}
		got := parser.Parse(cell, parts, region)
		if got.Problem == nil || got.Problem.Code.Word() != entry.Code.Word() {
			t.Errorf("%s: the example %q gives %q, %v", entry.Code, entry.Example, got.Number.Graph(), got.Problem)
		}
	}
}
