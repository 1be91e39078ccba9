package eddy_test

import (
	"go/ast"
	"go/build"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// replayed are the packages whose every run must be decided by the kernel alone: the runtime's, what tasks share, and what
// a simulated kernel is made of.
var replayed = []string{".", "esync", "future", "internal/executor", "internal/reactor", "internal/kernel", "internal/kernel/simnet", "internal/tape"}

// systems have files of their own in these packages. All are looked at, wherever the test runs.
var systems = []string{"linux", "darwin", "dragonfly", "freebsd", "netbsd", "openbsd", "windows"}

// decidedElsewhere are the objects of which a run could learn or get what no replay gives back, by package and name.
var decidedElsewhere = map[string][]string{
	"time":    {"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker"},
	"context": {"WithTimeout", "WithTimeoutCause", "WithDeadline", "WithDeadlineCause"},
	"maps":    {"All", "Keys", "Values"},
	"reflect": {"MapRange", "MapKeys"},
	"sync":    {"Range"},
}

// randomPackages may not be imported.
var randomPackages = []string{"math/rand", "math/rand/v2", "crypto/rand", "hash/maphash"}

// exempt are the places where something of the kind is right, each with its reason.
var exempt = map[finding]string{
	{"internal/kernel/socket_unix.go", "time.Now"}:       "the kernel's clock begins",
	{"internal/kernel/socket_unix.go", "time.Since"}:     "the kernel's clock",
	{"internal/kernel/zone_unix.go", "time.Now"}:         "how long the names of the machine's network interfaces are remembered: only a real kernel asks",
	{"internal/kernel/zone_unix.go", "time.Since"}:       "the same",
	{"internal/tape/tape.go", "import math/rand/v2"}:     "for PCG, which its seed decides; TestTapeTakesOnlyPCG holds it to that",
	{"offload.go", "go"}:                                 "an offloaded function's goroutine: a simulation has its own",
	{"internal/kernel/simnet/offload.go", "go"}:          "that one: the host stands still until it has ended",
	{"internal/kernel/simnet/standalone.go", "time.Now"}: "the start of a kernel that is tested alone",
	{"watchdog.go", "go"}:                                "the watchdog stands beside the loop: it only looks and reports",
	{"watchdog.go", "time.AfterFunc"}:                    "it is stopped at once: the watchdog's descriptors are taken before there are clients",
	{"watchdog.go", "time.NewTicker"}:                    "the same",
	{"watchdog.go", "time.Now"}:                          "the same",
	{"watchdog.go", "select"}:                            "the same",
	{"internal/executor/watch_tick.go", "select"}:        "the same",
	{"net_dial.go", "select"}:                            "a goroutine waits for its answer or its context; whichever is chosen, outsideDials.take decides",
}

// A finding is something in a file that a replay might not give back.
type finding struct{ file, what string }

// The runtime reads no clock but the kernel's, draws nothing at random, and leaves no order to Go's maps, selects or
// scheduler: from the same kernel calls it does the same. The sources are type-checked, so no alias hides anything.
func TestNothingButTheKernelDecides(t *testing.T) {
	found := map[finding][]string{}
	c := newSourceChecker(t)
	for _, dir := range replayed {
		for _, system := range systems {
			for _, f := range c.filesOf(dir, system) {
				f.look(func(n ast.Node, what string) {
					key, position := finding{f.path, what}, f.position(n)
					if !slices.Contains(found[key], position) {
						found[key] = append(found[key], position)
					}
				})
			}
		}
	}
	for f, positions := range found {
		if exempt[f] == "" {
			t.Errorf("%s: %s", strings.Join(positions, ", "), f.what)
		}
	}
	for f := range exempt {
		if found[f] == nil {
			t.Errorf("%s has no %s any more: take it off the list", f.file, f.what)
		}
	}
}

// Of math/rand/v2 the tape takes only a generator whose numbers its seed decides.
func TestTapeTakesOnlyPCG(t *testing.T) {
	f := newSourceChecker(t).filesOf("internal/tape", runtime.GOOS)[0]
	for name, object := range f.info.Uses {
		from := object.Pkg()
		if from != nil && from.Path() == "math/rand/v2" && object.Parent() == from.Scope() && !strings.HasSuffix(object.Name(), "PCG") {
			t.Errorf("%s: %s", f.position(name), object.Name())
		}
	}
}

// look reports what a replay might not give back.
func (f *checkedFile) look(report func(n ast.Node, what string)) {
	ast.Inspect(f.file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ImportSpec:
			if path, err := strconv.Unquote(n.Path.Value); err != nil || slices.Contains(randomPackages, path) {
				report(n, "import "+path)
			}
		case *ast.Ident:
			if object := f.info.Uses[n]; object != nil && object.Pkg() != nil && slices.Contains(decidedElsewhere[object.Pkg().Path()], object.Name()) {
				report(n, object.Pkg().Name()+"."+object.Name())
			}
		case *ast.RangeStmt:
			if isMap(f.info.TypeOf(n.X)) {
				report(n, "range over a map")
			}
		case *ast.SelectStmt:
			waits := 0
			for _, clause := range n.Body.List {
				if clause.(*ast.CommClause).Comm != nil {
					waits++
				}
			}
			if waits > 1 { // it picks at random among those that are ready
				report(n, "select")
			}
		case *ast.GoStmt:
			report(n, "go")
		}
		return true
	})
}

// isMap reports whether values of a type are maps, also where it is a type parameter. What cannot be typed, because it
// is another system's, is none.
func isMap(t types.Type) bool {
	if t == nil {
		return false
	}
	if p, ok := t.(*types.TypeParam); ok {
		t = p.Constraint()
	}
	switch u := t.Underlying().(type) {
	case *types.Map:
		return true
	case *types.Union:
		for i := range u.Len() {
			if isMap(u.Term(i).Type()) {
				return true
			}
		}
	case *types.Interface:
		for i := range u.NumEmbeddeds() {
			if isMap(u.EmbeddedType(i)) {
				return true
			}
		}
	}
	return false
}

// sourceChecker type-checks this module's sources.
type sourceChecker struct {
	t        *testing.T
	sources  map[string][]*sourceFile // by directory
	others   types.Importer           // the standard library and x/sys
	packages map[string]*types.Package
}

// checkedFile is a file with the types of what stands in it.
type checkedFile struct {
	path string
	file *ast.File
	fset *token.FileSet
	info *types.Info // of its whole package
}

func (f *checkedFile) position(n ast.Node) string { return f.fset.Position(n.Pos()).String() }

func newSourceChecker(t *testing.T) *sourceChecker {
	cgo := build.Default.CgoEnabled
	build.Default.CgoEnabled = false // the importer would run cgo for package net
	t.Cleanup(func() { build.Default.CgoEnabled = cgo })
	c := &sourceChecker{
		t:        t,
		sources:  map[string][]*sourceFile{},
		others:   importer.ForCompiler(token.NewFileSet(), "source", nil),
		packages: map[string]*types.Package{},
	}
	for _, f := range goFiles(t) {
		if !f.isTest() {
			c.sources[f.dir] = append(c.sources[f.dir], f)
		}
	}
	return c
}

// filesOf type-checks a package as a system sees it. Of a system that is not this one some names of x/sys are unknown;
// everything else has its type.
func (c *sourceChecker) filesOf(dir, system string) []*checkedFile {
	_, files := c.check(dir, system)
	return files
}

// Import implements types.Importer.
func (c *sourceChecker) Import(path string) (*types.Package, error) {
	dir, inside := insideModule(path)
	if !inside {
		return c.others.Import(path)
	}
	if c.packages[dir] == nil {
		c.packages[dir], _ = c.check(dir, runtime.GOOS)
	}
	return c.packages[dir], nil
}

func (c *sourceChecker) check(dir, system string) (*types.Package, []*checkedFile) {
	c.t.Helper()
	info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{}, Defs: map[*ast.Ident]types.Object{}}
	context := build.Default
	context.GOOS = system
	fset := token.NewFileSet()
	var files []*checkedFile
	var trees []*ast.File
	for _, f := range c.sources[dir] {
		match, err := context.MatchFile(dir, filepath.Base(f.path))
		if err != nil {
			c.t.Fatal(err)
		}
		if !match {
			continue
		}
		tree, err := parser.ParseFile(fset, f.path, nil, parser.SkipObjectResolution)
		if err != nil {
			c.t.Fatal(err)
		}
		trees = append(trees, tree)
		files = append(files, &checkedFile{f.path, tree, fset, info})
	}
	if len(files) == 0 {
		c.t.Fatalf("no source file was found in %s", dir)
	}
	config := types.Config{Importer: c, FakeImportC: true, Error: func(err error) {
		if system == runtime.GOOS {
			c.t.Errorf("%s: %v", dir, err)
		}
	}}
	pkg, _ := config.Check(dir, fset, trees, info) // the errors went to Error
	return pkg, files
}
