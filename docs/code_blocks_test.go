package docs_test

import (
	"encoding/json"
	"fmt"
	"go/ast"
	gofmt "go/format"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A codeBlock is one block of Go code on a page: a whole file, or declarations without package clause and imports.
type codeBlock struct {
	page, source string
	line         int // of its first line
	number       int // among all
}

// importable are the packages that declarations on a page may use without saying so.
var importable = []string{
	"bufio", "context", "crypto/tls", "encoding/json", "errors", "fmt", "io", "log", "log/slog", "net", "net/http", "os",
	"strings", "sync", "testing", "time",
	"github.com/eddy-go/eddy", "github.com/eddy-go/eddy/eddytls", "github.com/eddy-go/eddy/esync",
	"github.com/eddy-go/eddy/future", "github.com/eddy-go/eddy/sim",
}

// Every block of Go code in docs and in the README compiles, and is formatted.
func TestCodeBlocksCompile(t *testing.T) {
	blocks := codeBlocks(t)
	if len(blocks) == 0 {
		t.Fatal("no page shows any code: has the syntax changed?")
	}
	compile(t, blocks)
}

// compile builds all blocks, each a package of its own in a directory of this module that does not exist: the go command
// is given the files in its place.
func compile(t *testing.T, blocks []codeBlock) {
	t.Helper()
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	temp := t.TempDir()
	var overlay struct{ Replace map[string]string }
	overlay.Replace = map[string]string{}
	packages := []string{"build"}
	for _, b := range blocks {
		source, err := b.file()
		if err != nil {
			t.Errorf("%s:%d: %v", b.page, b.line, err)
			continue
		}
		dir := fmt.Sprintf("block%d", b.number)
		name := dir + ".go"
		file := filepath.Join(temp, name)
		if err := os.WriteFile(file, []byte(source), 0o600); err != nil {
			t.Fatal(err)
		}
		overlay.Replace[filepath.Join(here, dir, name)] = file
		packages = append(packages, "./"+dir)
	}
	list, err := json.Marshal(overlay)
	if err != nil {
		t.Fatal(err)
	}
	listed := filepath.Join(temp, "overlay.json")
	if err := os.WriteFile(listed, list, 0o600); err != nil {
		t.Fatal(err)
	}
	args := slices.Insert(packages, 1, "-overlay="+listed, "-o="+os.DevNull)
	if output, err := exec.Command("go", args...).CombinedOutput(); err != nil {
		t.Errorf("go build: %v\n%s", err, output)
		for _, b := range blocks {
			t.Logf("block%d is at %s:%d", b.number, b.page, b.line)
		}
	}
}

// codeBlocks returns the blocks of Go code of all pages.
func codeBlocks(t *testing.T) []codeBlock {
	t.Helper()
	pages, err := filepath.Glob("*.md")
	if err != nil {
		t.Fatal(err)
	}
	var blocks []codeBlock
	for _, page := range append(pages, filepath.Join("..", "README.md")) {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		line := 1
		for i, part := range strings.Split(string(text), "```") {
			if source, isGo := strings.CutPrefix(part, "go\n"); isGo && i%2 == 1 {
				blocks = append(blocks, codeBlock{page: page, source: source, line: line + 1, number: len(blocks)})
			}
			line += strings.Count(part, "\n")
		}
	}
	return blocks
}

// file returns the block as a whole file: with a package clause, and the imports that its declarations need.
func (b codeBlock) file() (string, error) {
	clause, err := parser.ParseFile(token.NewFileSet(), "", b.source, parser.PackageClauseOnly)
	if err == nil && clause.Name != nil {
		return b.source, b.formatted(b.source)
	}
	bare := "package block\n\n" + b.source
	syntax, err := parser.ParseFile(token.NewFileSet(), "", bare, parser.SkipObjectResolution)
	if err != nil {
		return "", fmt.Errorf("neither a file nor declarations: %w", err)
	}
	name := "block"
	used := map[string]bool{}
	ast.Inspect(syntax, func(n ast.Node) bool {
		if selector, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := selector.X.(*ast.Ident); ok {
				used[x.Name] = true
			}
		}
		if f, ok := n.(*ast.FuncDecl); ok && f.Name.Name == "main" && f.Recv == nil {
			name = "main"
		}
		return true
	})
	imports := map[string]bool{}
	for _, p := range importable {
		if used[path.Base(p)] {
			imports[fmt.Sprintf("import %q\n", p)] = true
		}
	}
	return "package " + name + "\n\n" + strings.Join(slices.Sorted(maps.Keys(imports)), "") + "\n" + b.source, b.formatted(bare)
}

// formatted reports code that gofmt would change.
func (b codeBlock) formatted(source string) error {
	want, err := gofmt.Source([]byte(source))
	if err == nil && strings.TrimSpace(string(want)) != strings.TrimSpace(source) {
		err = fmt.Errorf("gofmt would write:\n%s", want)
	}
	return err
}
