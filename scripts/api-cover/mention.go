package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// names is what the test files mention.
type names struct {
	of     map[string]map[string]bool // names of a package, by its import path
	fields map[string]bool            // what stands behind a dot, or before a colon in a composite literal
}

func (n names) has(path string, id identifier) bool {
	if id.field != "" {
		return n.fields[id.field]
	}
	return n.of[path][id.name]
}

// suites are packages that are tests though their files are not called so: they run with what they test as a parameter.
var suites = []string{"internal/kernel/kerneltest"}

func isTest(file string) bool {
	return strings.HasSuffix(file, "_test.go") ||
		strings.HasSuffix(file, ".go") && slices.Contains(suites, filepath.ToSlash(filepath.Dir(file)))
}

// mentionedInTests reads all test files below root.
func mentionedInTests(root string) (names, error) {
	mentioned := names{of: map[string]map[string]bool{}, fields: map[string]bool{}}
	err := filepath.WalkDir(root, func(file string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && file != root:
			if _, err := os.Stat(filepath.Join(file, "go.mod")); err == nil || strings.HasPrefix(entry.Name(), ".") {
				return filepath.SkipDir
			}
		case !entry.IsDir() && isTest(file):
			return mentioned.read(file, importPath(filepath.ToSlash(filepath.Dir(file))))
		}
		return nil
	})
	return mentioned, err
}

// read adds what one test file mentions; own is the package of its directory.
func (n names) read(file, own string) error {
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	imported := map[string]string{} // path by the name that the file uses
	for _, spec := range parsed.Imports {
		p, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return err
		}
		name := path.Base(p)
		if spec.Name != nil {
			name = spec.Name.Name
		}
		imported[name] = p
	}
	ast.Inspect(parsed, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.SelectorExpr:
			if left, ok := node.X.(*ast.Ident); ok {
				n.add(imported[left.Name], node.Sel.Name)
			}
			n.fields[node.Sel.Name] = true
		case *ast.KeyValueExpr:
			if key, ok := node.Key.(*ast.Ident); ok {
				n.fields[key.Name] = true
			}
		case *ast.Ident:
			if !strings.HasSuffix(parsed.Name.Name, "_test") {
				n.add(own, node.Name)
			}
		}
		return true
	})
	return nil
}

func (n names) add(path, name string) {
	if n.of[path] == nil {
		n.of[path] = map[string]bool{}
	}
	n.of[path][name] = true
}
