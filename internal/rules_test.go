// Package internal_test keeps the rules of the whole tree.
package internal_test

import (
	"bytes"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"entraphone/internal/authmethod"
)

// mayImport says which of our packages a package may import. The simulator and
// the client share nothing, so that two independent readings of the wire format
// catch each other's mistakes.
var mayImport = map[string][]string{
	"internal/authmethod":                 {},
	"internal/phonenumber":                {"internal/phonenumber/plans", "internal/authmethod"},
	"internal/phonenumber/plans":          {},
	"internal/phonenumber/plans/generate": {"internal/phonenumber/plans"},
	"internal/country":                    {},
	"internal/spreadsheet":                {},
	"internal/table":                      {"internal/spreadsheet"},
	"internal/heading":                    {"internal/authmethod", "internal/spreadsheet"},
	"internal/workbook":                   {},
	"internal/importfile":                 {"internal/table", "internal/workbook", "internal/spreadsheet", "internal/heading", "internal/country", "internal/phonenumber", "internal/authmethod"},
	"internal/plan":                       {"internal/authmethod"},
	"internal/graph":                      {"internal/authmethod"},
	"internal/pace":                       {},
	"internal/submit":                     {"internal/authmethod", "internal/pace"},
	"internal/tenant":                     {"internal/authmethod", "internal/pace"},
	"internal/journal":                    {"internal/authmethod"},
	"internal/ledger":                     {"internal/authmethod"},
	"internal/report":                     {"internal/authmethod", "internal/spreadsheet", "internal/workbook"},
	"internal/graphsim":                   {"internal/graphsim/directory", "internal/graphsim/login", "internal/graphsim/odata"},
	"internal/graphsim/directory":         {},
	"internal/graphsim/login":             {},
	"internal/graphsim/odata":             {},
	"cmd/entraphone":                      nil, // everything
}

// mayUse says which packages a module of others is for. A module that is not
// here may be used anywhere.
var mayUse = map[string][]string{
	"github.com/nyaruka/phonenumbers":    {"internal/phonenumber/plans/generate"},
	"github.com/xuri/excelize/":          {}, // an opinion of tests: it is larger than half of this program
	"github.com/gocarina/gocsv":          {"internal/importfile", "internal/report"},
	"github.com/Azure/azure-sdk-for-go/": {"internal/graph"},
	"software.sslmate.com/src/go-pkcs12": {"internal/graph"},
	"github.com/spf13/":                  {"cmd/entraphone"},
	"golang.org/x/sys/windows":           {"cmd/entraphone"},
	"github.com/gofrs/flock":             {"cmd/entraphone"},
	"filippo.io/age":                     {"cmd/entraphone"},
	"golang.org/x/term":                  {"cmd/entraphone"},
	"github.com/natefinch/atomic":        {"internal/report", "cmd/entraphone"},
	"golang.org/x/time/rate":             {"internal/pace"},
	"github.com/ajstarks/svgo":           {"internal/report"},
	"github.com/pkg/browser":             {"cmd/entraphone"},
	"go.yaml.in/yaml/":                   {"internal/heading", "internal/graphsim", "cmd/entraphone"},
	"golang.org/x/text/encoding":         {"internal/table", "internal/graphsim/directory"},
	"golang.org/x/text/language":         {"internal/country"},
	"golang.org/x/text/width":            {"cmd/entraphone"},
	"github.com/rs/zerolog":              {"internal/graph", "internal/journal", "cmd/entraphone"},
	"golang.org/x/sync/errgroup":         {"internal/importfile", "internal/submit", "internal/plan", "internal/journal", "cmd/entraphone"},
	"github.com/google/uuid":             {"cmd/entraphone", "internal/heading", "internal/graph", "internal/report", "internal/graphsim", "internal/graphsim/directory", "internal/graphsim/login"},
	"go.etcd.io/bbolt":                   {"internal/ledger"},
	"github.com/rs/zerolog/log":          {}, // the global logger; loggers are passed in
}

type listed struct {
	ImportPath string
	Dir        string
	Imports    []string
	GoFiles    []string
}

func (p listed) name() string { return strings.TrimPrefix(p.ImportPath, "entraphone/") }

func list(t *testing.T) []listed {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Dir,Imports,GoFiles", "entraphone/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var packages []listed
	for decoder := json.NewDecoder(bytes.NewReader(out)); decoder.More(); {
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

// eachFile calls see for every Go file that is no test.
func eachFile(t *testing.T, see func(p listed, path string, files *token.FileSet, file *ast.File)) {
	t.Helper()
	for _, p := range list(t) {
		for _, name := range p.GoFiles {
			files := token.NewFileSet()
			path := filepath.Join(p.Dir, name)
			file, err := parser.ParseFile(files, path, nil, parser.ParseComments)
			if err != nil {
				t.Fatal(err)
			}
			see(p, path, files, file)
		}
	}
}

func TestImportsFollowTheArchitecture(t *testing.T) {
	for _, p := range list(t) {
		allowed, known := mayImport[p.name()]
		if !known {
			t.Errorf("%s is not in the list of packages", p.ImportPath)
			continue
		}
		for _, imported := range p.Imports {
			if ours, is := strings.CutPrefix(imported, "entraphone/"); is && allowed != nil && !slices.Contains(allowed, ours) {
				t.Errorf("%s imports %s, which it may not", p.ImportPath, imported)
			}
			for module, users := range mayUse {
				if (imported == module || strings.HasPrefix(imported, strings.TrimSuffix(module, "/")+"/") && module != "github.com/rs/zerolog") && !slices.Contains(users, p.name()) {
					t.Errorf("%s imports %s, which is for %v only", p.ImportPath, imported, users)
				}
			}
		}
	}
}

func TestEveryPackageSaysWhatItIs(t *testing.T) {
	docs := map[string]string{}
	eachFile(t, func(p listed, _ string, _ *token.FileSet, file *ast.File) { docs[p.name()] += file.Doc.Text() })
	for name, doc := range docs {
		if len(doc) < 200 || strings.HasPrefix(name, "internal/") && !strings.Contains(doc, "invariant") {
			t.Errorf("%s has a package comment of %d bytes; want what it does, what it does not, and its one invariant", name, len(doc))
		}
	}
}

func TestNoBareGoroutinesAndNoSleeping(t *testing.T) {
	eachFile(t, func(_ listed, _ string, files *token.FileSet, file *ast.File) {
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
	})
}

// maxLines is how long a file may be; a longer one is two.
const maxLines = 400

func TestFilesAreShort(t *testing.T) {
	eachFile(t, func(p listed, path string, files *token.FileSet, file *ast.File) {
		lines := files.Position(file.FileEnd).Line
		if manual := p.name() == "cmd/entraphone" && filepath.Base(path) == "doc.go"; lines > maxLines && !manual {
			t.Errorf("%s has %d lines, want at most %d", path, lines, maxLines)
		}
	})
}

// A type whose methods stand in many files has no room of its own. The handlers
// of a server are the exception.
func TestMethodsStandTogether(t *testing.T) {
	where := map[string]map[string]bool{}
	eachFile(t, func(p listed, path string, _ *token.FileSet, file *ast.File) {
		for _, decl := range file.Decls {
			f, is := decl.(*ast.FuncDecl)
			if !is || f.Recv == nil {
				continue
			}
			receiver := f.Recv.List[0].Type
			if star, pointer := receiver.(*ast.StarExpr); pointer {
				receiver = star.X
			}
			if generic, is := receiver.(*ast.IndexExpr); is {
				receiver = generic.X
			}
			name := p.name() + "." + receiver.(*ast.Ident).Name
			if where[name] == nil {
				where[name] = map[string]bool{}
			}
			where[name][filepath.Base(path)] = true
		}
	})
	servers := []string{"internal/graphsim.Simulator", "internal/graphsim.call", "internal/graphsim/login.Service"}
	for name, files := range where {
		if len(files) > 2 && !slices.Contains(servers, name) {
			t.Errorf("%s has its methods in %d files: %v", name, len(files), slices.Sorted(maps.Keys(files)))
		}
	}
}

// Codes are declared once, in the catalogue.
func TestNoLiteralCodes(t *testing.T) {
	words := map[string]bool{}
	for _, e := range authmethod.Catalogue() {
		if strings.Contains(e.Code.Word(), "-") { // "letters" may be any text
			words[e.Code.Word()] = true
		}
	}
	eachFile(t, func(p listed, _ string, files *token.FileSet, file *ast.File) {
		if p.name() == "internal/authmethod" {
			return
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if literal, is := n.(*ast.BasicLit); is && literal.Kind == token.STRING {
				if text, err := strconv.Unquote(literal.Value); err == nil && words[text] {
					t.Errorf("%s: the code %q is written as a text", files.Position(n.Pos()), text)
				}
			}
			return true
		})
	})
}

func TestEverySampleIsUsed(t *testing.T) {
	samples, err := filepath.Glob("../samples/*")
	if err != nil {
		t.Fatal(err)
	}
	var uses string
	for _, name := range []string{"../Makefile", "../README.md", "../cmd/entraphone/doc.go"} {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		uses += string(text)
	}
	for _, sample := range samples {
		if !strings.Contains(uses, "samples/"+filepath.Base(sample)) {
			t.Errorf("%s is used neither by make demo nor by the README nor by the manual", sample)
		}
	}
}
