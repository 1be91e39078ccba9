package docs_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// functionName matches what one-echo.md calls a function: `package.function` or `package.(type).method`, where the
// package is its directory in this module, and eddy the module's root.
var functionName = regexp.MustCompile("`(eddy|future|internal/[a-z]+)\\.(?:\\((\\*?[A-Za-z]+)\\)\\.)?([A-Za-z]+)`")

// Every function that one-echo.md names exists, with the receiver that it names.
func TestOneEchoNamesWhatExists(t *testing.T) {
	text, err := os.ReadFile("one-echo.md")
	if err != nil {
		t.Fatal(err)
	}
	declared := map[string]map[string]bool{} // by package
	names := map[string]bool{}
	for _, match := range functionName.FindAllStringSubmatch(string(text), -1) {
		pkg, receiver, name := match[1], match[2], match[3]
		if declared[pkg] == nil {
			declared[pkg] = functionsIn(t, pkg)
		}
		names[match[0]] = true
		if receiver != "" {
			name = "(" + receiver + ")." + name
		}
		if !declared[pkg][name] {
			t.Errorf("%s is gone", match[0])
		}
	}
	// A change of the syntax must not leave this test with nothing to do.
	if len(names) < 30 {
		t.Errorf("one-echo.md names %d functions, want at least 30", len(names))
	}
}

// functionsIn returns the functions and methods that a package declares, whatever the system they are for.
func functionsIn(t *testing.T, pkg string) map[string]bool {
	t.Helper()
	dir := filepath.Join("..", pkg)
	if pkg == "eddy" {
		dir = ".."
	}
	names := map[string]bool{}
	for _, decl := range declarationsIn(t, dir) {
		if f, ok := decl.(*ast.FuncDecl); ok {
			names[receiverOf(f)+f.Name.Name] = true
		}
	}
	return names
}

// declarationsIn returns what the files in dir declare, tests apart.
func declarationsIn(t *testing.T, dir string) (all []ast.Decl) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, file.Decls...)
	}
	return all
}

// receiverOf returns "(*T)." or "(T)." for a method, without type parameters, and "" for a function.
func receiverOf(f *ast.FuncDecl) string {
	if f.Recv == nil {
		return ""
	}
	star, t := "", f.Recv.List[0].Type
	if pointer, ok := t.(*ast.StarExpr); ok {
		star, t = "*", pointer.X
	}
	switch generic := t.(type) {
	case *ast.IndexExpr:
		t = generic.X
	case *ast.IndexListExpr:
		t = generic.X
	}
	return "(" + star + t.(*ast.Ident).Name + ")."
}
