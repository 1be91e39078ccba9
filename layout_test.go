package eddy_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/eddy-go/eddy"

// runtimePackages are the packages of the runtime, and for each of them the packages of this module that it may
// import: those below it, and no others. A package that is not listed here is a program, a tool or a test kit.
var runtimePackages = map[string][]string{
	".":                 {"future", "internal/executor", "internal/reactor", "internal/kernel"},
	"internal/executor": {"future"},
	"internal/reactor":  {"future", "internal/kernel"},
	"future":            {},
	"internal/kernel":   {},
}

// onTheRuntime are the packages that stand on the runtime, or beside it. They too import nothing from above.
var onTheRuntime = map[string][]string{
	"eddytest":                    {".", "future", "internal/kernel"},
	"eddytls":                     {".", "esync"},
	"esync":                       {".", "future"},
	"internal/kernel/kerneltest":  {"internal/kernel"},
	"internal/kernel/kqueuemodel": {"internal/kernel"},
	"internal/kernel/simnet":      {"internal/kernel", "internal/tape"},
	"internal/tape":               {},
	"sim":                         {".", "future", "internal/kernel", "internal/kernel/simnet", "internal/tape"},
}

// Imports only go down, in the files of every system. Test files are free: a suite may need what stands above.
func TestImportsOnlyGoDown(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range goFiles(t) {
		allowed, listed := runtimePackages[f.dir]
		if !listed {
			allowed, listed = onTheRuntime[f.dir]
		}
		if !listed || f.isTest() {
			continue
		}
		seen[f.dir] = true
		for _, path := range f.imports(t) {
			inside, ok := insideModule(path)
			if ok && !slices.Contains(allowed, inside) {
				t.Errorf("%s imports %s; %s may import %q", f.path, path, f.dir, allowed)
			}
		}
	}
	for _, listed := range []map[string][]string{runtimePackages, onTheRuntime} {
		for dir := range listed {
			if !seen[dir] {
				t.Errorf("no source file was found in %s", dir)
			}
		}
	}
}

// The runtime's packages, and those that stand on it, import the standard library and golang.org/x/sys, nothing else:
// who uses eddy, or tests with it, downloads nothing else.
func TestRuntimeHasNoDependencies(t *testing.T) {
	for _, f := range goFiles(t) {
		_, below := runtimePackages[f.dir]
		_, above := onTheRuntime[f.dir]
		if !below && !above || f.isTest() {
			continue
		}
		for _, path := range f.imports(t) {
			_, inside := insideModule(path)
			first, _, _ := strings.Cut(path, "/")
			standard := !strings.Contains(first, ".")
			if !inside && !standard && !strings.HasPrefix(path, "golang.org/x/sys/") {
				t.Errorf("%s imports %s", f.path, path)
			}
		}
	}
}

// Package future is pure, and nothing above the kernel but the runtime itself talks to the system.
func TestWhoMayTalkToTheSystem(t *testing.T) {
	forbidden := map[string][]string{
		"future":            {"os", "net", "syscall", "runtime", "io", "log", "golang.org"},
		"internal/executor": {"net", "syscall", "golang.org"},
		"internal/reactor":  {"os", "net", "golang.org"},
		".":                 {"golang.org"},
	}
	for _, f := range goFiles(t) {
		if f.isTest() {
			continue
		}
		for _, path := range f.imports(t) {
			first, _, _ := strings.Cut(path, "/")
			if slices.Contains(forbidden[f.dir], first) {
				t.Errorf("%s imports %s", f.path, path)
			}
		}
	}
}

// No door into Go's runtime but the public ones, no other language, nothing hidden from the race detector, nothing
// left for later.
func TestNothingForbiddenInSources(t *testing.T) {
	for _, f := range goFiles(t) {
		if slices.Contains(f.imports(t), "C") {
			t.Errorf("%s uses cgo", f.path)
		}
		for _, group := range f.parse(t).Comments {
			for _, c := range group.List {
				for _, word := range []string{"go:" + "linkname", "go:" + "norace", "TO" + "DO", "FIX" + "ME", "XX" + "X"} {
					if strings.Contains(c.Text, word) {
						t.Errorf("%s: %s", f.position(c), c.Text)
					}
				}
			}
		}
	}
	walk(t, func(path string) {
		if ext := filepath.Ext(path); ext == ".s" || ext == ".S" {
			t.Errorf("%s: assembly", path)
		}
	})
}

// Every package says at its head what it is.
func TestEveryPackageHasAComment(t *testing.T) {
	comments := map[string]string{}
	for _, f := range goFiles(t) {
		if f.isTest() {
			continue
		}
		comments[f.dir] += f.parse(t).Doc.Text()
	}
	for dir, text := range comments {
		first, _, _ := strings.Cut(text, " ")
		if !slices.Contains([]string{"Package", "Program", "Command"}, first) {
			t.Errorf("the package in %s has no comment that begins with Package or Program", dir)
		}
	}
}

// An example is read in one sitting: under 100 lines a file, and under 200 in all.
func TestExamplesAreShort(t *testing.T) {
	lines, programs := map[string]int{}, 0
	for _, f := range goFiles(t) {
		if strings.HasPrefix(f.dir, "examples/") && !strings.Contains(f.dir, "internal") && !f.isTest() {
			text, err := os.ReadFile(f.path)
			if err != nil {
				t.Fatal(err)
			}
			n := strings.Count(string(text), "\n")
			if n >= 100 {
				t.Errorf("%s has %d lines", f.path, n)
			}
			lines[f.dir] += n
		}
	}
	for dir, n := range lines {
		programs++
		if n >= 200 {
			t.Errorf("%s has %d lines", dir, n)
		}
	}
	if programs < 6 {
		t.Errorf("%d examples, want at least 6", programs)
	}
}

// sourceFile is a Go file of this module, for whichever system it is.
type sourceFile struct {
	path string // relative to the module's root, with slashes
	dir  string
	file *ast.File
	fset *token.FileSet
}

func (f *sourceFile) isTest() bool { return strings.HasSuffix(f.path, "_test.go") }

func (f *sourceFile) parse(t *testing.T) *ast.File {
	t.Helper()
	if f.file == nil {
		f.fset = token.NewFileSet()
		file, err := parser.ParseFile(f.fset, f.path, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		f.file = file
	}
	return f.file
}

func (f *sourceFile) position(n ast.Node) token.Position { return f.fset.Position(n.Pos()) }

func (f *sourceFile) imports(t *testing.T) []string {
	t.Helper()
	var paths []string
	for _, spec := range f.parse(t).Imports {
		path, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	return paths
}

// goFiles returns the Go files of this module.
func goFiles(t *testing.T) []*sourceFile {
	t.Helper()
	var files []*sourceFile
	walk(t, func(path string) {
		if filepath.Ext(path) == ".go" {
			slashed := filepath.ToSlash(path)
			files = append(files, &sourceFile{path: slashed, dir: filepath.ToSlash(filepath.Dir(path))})
		}
	})
	return files
}

// walk calls fn for each file of this module. Nested modules are not part of it.
func walk(t *testing.T, fn func(path string)) {
	t.Helper()
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case !entry.IsDir():
			fn(path)
			return nil
		case path == ".":
			return nil
		case entry.Name() == "testdata" || strings.HasPrefix(entry.Name(), "."):
			return filepath.SkipDir
		}
		if _, err := os.Stat(filepath.Join(path, "go.mod")); err == nil {
			return filepath.SkipDir
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// insideModule returns a package's directory in this module.
func insideModule(path string) (dir string, ok bool) {
	if path == module {
		return ".", true
	}
	return strings.CutPrefix(path, module+"/")
}
