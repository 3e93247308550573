// Package internal_test keeps the rules of the whole tree.
package internal_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// mayImport says which of our packages a package may import. The simulator and
// the client share nothing, so that two independent readings of the wire format
// catch each other's mistakes.
var mayImport = map[string][]string{
	"entraphone/internal/authmethod": {},
	"entraphone/internal/importfile": {"entraphone/internal/authmethod"},
	"entraphone/internal/plan":       {"entraphone/internal/authmethod"},
	"entraphone/internal/graph":      {"entraphone/internal/authmethod"},
	"entraphone/internal/pace":       {},
	"entraphone/internal/submit":     {"entraphone/internal/authmethod", "entraphone/internal/pace"},
	"entraphone/internal/journal":    {"entraphone/internal/authmethod"},
	"entraphone/internal/report":     {"entraphone/internal/authmethod"},
	"entraphone/internal/graphsim": {
		"entraphone/internal/graphsim/directory", "entraphone/internal/graphsim/login", "entraphone/internal/graphsim/odata",
	},
	"entraphone/internal/graphsim/directory":         {},
	"entraphone/internal/graphsim/login":             {},
	"entraphone/internal/graphsim/odata":             {},
	"entraphone/internal/phonenumber/plans":          {},
	"entraphone/internal/phonenumber/plans/generate": {"entraphone/internal/phonenumber/plans"},
	"entraphone/internal/table":                      {},
	"entraphone/internal/country":                    {},
	"entraphone/cmd/entraphone":                      nil, // everything
}

type listed struct {
	ImportPath string
	Dir        string
	Imports    []string
	GoFiles    []string
}

func list(t *testing.T) []listed {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Dir,Imports,GoFiles", "entraphone/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var packages []listed
	for decoder := json.NewDecoder(strings.NewReader(string(out))); decoder.More(); {
		var p listed
		if err := decoder.Decode(&p); err != nil {
			t.Fatal(err)
		}
		if len(p.GoFiles) > 0 {
			packages = append(packages, p)
		}
	}
	return packages
}

func TestImportsFollowTheArchitecture(t *testing.T) {
	for _, p := range list(t) {
		allowed, known := mayImport[p.ImportPath]
		if !known {
			t.Errorf("%s is not in the list of packages", p.ImportPath)
			continue
		}
		for _, imported := range p.Imports {
			if strings.HasPrefix(imported, "entraphone/") && allowed != nil && !slices.Contains(allowed, imported) {
				t.Errorf("%s imports %s, which it may not", p.ImportPath, imported)
			}
			if imported == "github.com/rs/zerolog/log" {
				t.Errorf("%s uses the global logger; loggers are passed in", p.ImportPath)
			}
		}
	}
}

func TestEveryPackageSaysWhatItIs(t *testing.T) {
	for _, p := range list(t) {
		var doc string
		for _, name := range p.GoFiles {
			file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Dir, name), nil, parser.ParseComments|parser.PackageClauseOnly)
			if err != nil {
				t.Fatal(err)
			}
			doc += file.Doc.Text()
		}
		if len(doc) < 200 || strings.HasPrefix(p.ImportPath, "entraphone/internal/") && !strings.Contains(doc, "invariant") {
			t.Errorf("%s has a package comment of %d bytes; want what it does, what it does not, and its one invariant", p.ImportPath, len(doc))
		}
	}
}

func TestNoBareGoroutinesAndNoSleeping(t *testing.T) {
	for _, p := range list(t) {
		for _, name := range p.GoFiles {
			files := token.NewFileSet()
			file, err := parser.ParseFile(files, filepath.Join(p.Dir, name), nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(file, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.GoStmt:
					t.Errorf("%s: a bare go statement: use errgroup", files.Position(n.Pos()))
				case *ast.SelectorExpr:
					if x, ok := n.X.(*ast.Ident); ok && x.Name == "time" && n.Sel.Name == "Sleep" {
						t.Errorf("%s: a sleep that nothing can cancel", files.Position(n.Pos()))
					}
				}
				return true
			})
		}
	}
}

func TestEverySampleIsUsed(t *testing.T) {
	samples, err := filepath.Glob("../samples/*")
	if err != nil {
		t.Fatal(err)
	}
	var uses string
	for _, name := range []string{"../Makefile", "../README.md"} {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		uses += string(text)
	}
	for _, sample := range samples {
		if !strings.Contains(uses, "samples/"+filepath.Base(sample)) {
			t.Errorf("%s is used neither by make demo nor by the README", sample)
		}
	}
}
