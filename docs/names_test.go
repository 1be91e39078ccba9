package docs_test

import (
	"go/ast"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// publicName matches a name of a public package, and of a type of the root: `eddy.Await`, `rt.Spawn`, `Config.Grace`.
var publicName = regexp.MustCompile(`\b(eddy|esync|eddytls|eddytest|future|sim|rt|Runtime|Config|Handle|TCPStream|TCPListener|JoinHandle|Group)\.([A-Z][A-Za-z0-9]*)`)

// Every public name that a page mentions exists.
func TestPagesNameWhatExists(t *testing.T) {
	pages, err := filepath.Glob("*.md")
	if err != nil {
		t.Fatal(err)
	}
	declared := map[string]map[string]bool{}
	for _, dir := range []string{"", "esync", "eddytls", "eddytest", "future", "sim"} {
		declared[dir] = exportedIn(t, dir)
	}
	found := 0
	for _, page := range append(pages, filepath.Join("..", "README.md")) {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range publicName.FindAllStringSubmatch(string(text), -1) {
			qualifier, name := match[1], match[2]
			dir := ""
			switch qualifier {
			case "eddy":
			case "rt":
				name = "Runtime." + name
			case "esync", "eddytls", "eddytest", "future", "sim":
				dir = qualifier
			default:
				name = qualifier + "." + name
			}
			found++
			if !declared[dir][name] {
				t.Errorf("%s: there is no %s", page, match[0])
			}
		}
	}
	// A change of the syntax must not leave this test with nothing to do.
	if found < 100 {
		t.Errorf("the pages mention %d names, want at least 100", found)
	}
}

// exportedIn returns what the package in dir exports, whatever the system it is for: names, and Type.Name for methods and
// fields. The root's aliases bring along the methods of what they stand for.
func exportedIn(t *testing.T, dir string) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	dirs := []string{dir}
	if dir == "" {
		dirs = append(dirs, "internal/executor")
	}
	for _, d := range dirs {
		for _, decl := range declarationsIn(t, filepath.Join("..", d)) {
			addNames(names, decl)
		}
	}
	return names
}

// plainType turns a method's "(*T)." into "T.".
var plainType = strings.NewReplacer("(", "", "*", "", ")", "")

func addNames(names map[string]bool, decl ast.Decl) {
	switch d := decl.(type) {
	case *ast.FuncDecl:
		names[plainType.Replace(receiverOf(d))+d.Name.Name] = true
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch s := spec.(type) {
			case *ast.ValueSpec:
				for _, name := range s.Names {
					names[name.Name] = true
				}
			case *ast.TypeSpec:
				names[s.Name.Name] = true
				if fields, ok := s.Type.(*ast.StructType); ok {
					for _, field := range fields.Fields.List {
						for _, name := range field.Names {
							names[s.Name.Name+"."+name.Name] = true
						}
					}
				}
			}
		}
	}
}
