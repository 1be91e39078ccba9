package docs_test

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the last column of reliability.md")

// rules is how many rows reliability.md has; notYet are those that nothing holds.
const rules = 38

var notYet = []string{"F30"}

// Every rule has its row, every row but one names a test, and every test that is named exists and says in a comment
// that it holds this rule.
func TestReliability(t *testing.T) {
	tests := testsByRule(t)
	if *update {
		rewrite(t, tests)
	}
	text, err := os.ReadFile("reliability.md")
	if err != nil {
		t.Fatal(err)
	}
	var rows []string
	for _, row := range strings.Split(string(text), "\n") {
		rule, heldBy, ok := parseRow(row)
		if !ok {
			continue
		}
		rows = append(rows, rule)
		if heldBy == "not yet" {
			if !slices.Contains(notYet, rule) {
				t.Errorf("%s: no test holds it", rule)
			}
			continue
		}
		named := parseTests(heldBy)
		if len(named) == 0 {
			t.Errorf("%s: %q names no test", rule, heldBy)
		}
		for _, test := range named {
			if !slices.Contains(tests[rule], test) {
				t.Errorf("%s: there is no %q in %s with this number in a comment", rule, test.name, test.file)
			}
		}
	}
	for i := range rules {
		if want := fmt.Sprintf("F%d", i+1); i >= len(rows) || rows[i] != want {
			t.Fatalf("row %d should be that of %s", i+1, want)
		}
	}
}

// heldBy is a test, or a property of package kerneltest.
type heldBy struct{ file, name string }

// parseRow returns the first and the last cell of a row of the table.
func parseRow(row string) (rule, heldBy string, ok bool) {
	cells := strings.Split(row, "|")
	if !strings.HasPrefix(row, "| F") || len(cells) != 6 {
		return "", "", false
	}
	return strings.TrimSpace(cells[1]), strings.TrimSpace(cells[4]), true
}

var codeSpan = regexp.MustCompile("`([^`]+)`")

// parseTests reads a last cell: a file, the tests in it, the next file.
func parseTests(cell string) []heldBy {
	var tests []heldBy
	file := ""
	for _, span := range codeSpan.FindAllStringSubmatch(cell, -1) {
		if strings.HasSuffix(span[1], ".go") {
			file = span[1]
		} else {
			tests = append(tests, heldBy{file, span[1]})
		}
	}
	return tests
}

// rewrite writes the last column.
func rewrite(t *testing.T, tests map[string][]heldBy) {
	t.Helper()
	text, err := os.ReadFile("reliability.md")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(text), "\n")
	for i, line := range lines {
		if rule, old, ok := parseRow(line); ok {
			lines[i] = strings.TrimSuffix(line, old+" |") + format(tests[rule]) + " |"
		}
	}
	if err := os.WriteFile("reliability.md", []byte(strings.Join(lines, "\n")), 0o644); err != nil {
		t.Fatal(err)
	}
}

// format is the reverse of parseTests.
func format(tests []heldBy) string {
	if len(tests) == 0 {
		return "not yet"
	}
	var b strings.Builder
	file := ""
	for _, test := range tests {
		switch {
		case test.file == file:
			b.WriteString(", ")
		case file != "":
			b.WriteString("; ")
			fallthrough
		default:
			fmt.Fprintf(&b, "`%s` ", test.file)
		}
		file = test.file
		fmt.Fprintf(&b, "`%s`", test.name)
	}
	return b.String()
}

var ruleNumber = regexp.MustCompile(`\bF[1-9][0-9]?\b`)

// testsByRule finds the tests whose comments name a rule, before the test or inside it.
func testsByRule(t *testing.T) map[string][]heldBy {
	t.Helper()
	tests := map[string][]heldBy{}
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		suite := strings.Contains(path, "kerneltest")
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, "_test.go") && !(suite && strings.HasSuffix(path, ".go")) {
			return err
		}
		fset := token.NewFileSet()
		parsed, err := parser.ParseFile(fset, path, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		file := strings.TrimPrefix(filepath.ToSlash(path), "../")
		for _, test := range append(testsOf(parsed), propertiesOf(parsed)...) {
			for _, rule := range rulesIn(parsed, test) {
				tests[rule] = append(tests[rule], heldBy{file, test.name})
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return tests
}

// piece is a test and where it stands, its comment included.
type piece struct {
	name     string
	from, to token.Pos
}

// testsOf returns the tests and fuzz targets of a file.
func testsOf(file *ast.File) []piece {
	var tests []piece
	for _, decl := range file.Decls {
		f, ok := decl.(*ast.FuncDecl)
		if !ok || f.Recv != nil || !strings.HasPrefix(f.Name.Name, "Test") && !strings.HasPrefix(f.Name.Name, "Fuzz") {
			continue
		}
		from := f.Pos()
		if f.Doc != nil {
			from = f.Doc.Pos()
		}
		tests = append(tests, piece{f.Name.Name, from, f.End()})
	}
	return tests
}

// propertiesOf returns the elements of the lists of properties: {"name", func(r *rig) {...}}. The comment of one stands
// between the one before and itself.
func propertiesOf(file *ast.File) []piece {
	var properties []piece
	ast.Inspect(file, func(node ast.Node) bool {
		list, ok := node.(*ast.CompositeLit)
		if !ok {
			return true
		}
		array, ok := list.Type.(*ast.ArrayType)
		if !ok {
			return true
		}
		if of, ok := array.Elt.(*ast.Ident); !ok || of.Name != "property" {
			return true
		}
		from := list.Lbrace
		for _, element := range list.Elts {
			if e, ok := element.(*ast.CompositeLit); ok && len(e.Elts) > 0 {
				if name, ok := e.Elts[0].(*ast.BasicLit); ok {
					if text, err := strconv.Unquote(name.Value); err == nil {
						properties = append(properties, piece{text, from, e.End()})
					}
				}
			}
			from = element.End()
		}
		return false
	})
	return properties
}

// rulesIn returns the rules that the comments of a test name, each once.
func rulesIn(file *ast.File, test piece) []string {
	var found []string
	for _, group := range file.Comments {
		if group.Pos() >= test.from && group.End() <= test.to {
			for _, rule := range ruleNumber.FindAllString(group.Text(), -1) {
				if !slices.Contains(found, rule) {
					found = append(found, rule)
				}
			}
		}
	}
	return found
}
