package main

import (
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
)

// surface is what one package exports on this system.
type surface struct {
	path        string // import path
	functions   []function
	identifiers []identifier
}

// function is an exported function, or an exported method of an exported type.
type function struct {
	name        string // "F" or "(*T).M"
	file        string // path from the module's root
	first, last position
}

type position struct{ line, column int }

// before reports whether p stands before q in the same file.
func (p position) before(q position) bool {
	return p.line < q.line || p.line == q.line && p.column < q.column
}

// identifier is an exported type, constant, variable or field.
type identifier struct {
	name  string // "T" or "T.Field"
	field string // "Field" for a field
	file  string
	line  int
}

// surfaceOf reads the package in a directory.
func surfaceOf(dir string) (*surface, error) {
	pkg, err := build.ImportDir(dir, 0)
	if err != nil {
		return nil, err
	}
	s := &surface{path: importPath(dir)}
	for _, name := range pkg.GoFiles {
		file := filepath.Join(dir, name)
		fset := token.NewFileSet()
		parsed, err := parser.ParseFile(fset, file, nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		r := reader{s, file, fset}
		for _, decl := range parsed.Decls {
			switch decl := decl.(type) {
			case *ast.FuncDecl:
				r.function(decl)
			case *ast.GenDecl:
				for _, spec := range decl.Specs {
					r.spec(spec)
				}
			}
		}
	}
	return s, nil
}

// reader adds the declarations of one file to a surface.
type reader struct {
	s    *surface
	file string
	fset *token.FileSet
}

func (r reader) function(f *ast.FuncDecl) {
	receiver := ""
	if f.Recv != nil {
		text, base := receiverType(f.Recv.List[0].Type)
		if !ast.IsExported(base) {
			return
		}
		receiver = "(" + text + ")."
	}
	if f.Name.IsExported() && f.Body != nil {
		r.s.functions = append(r.s.functions, function{
			receiver + f.Name.Name, r.file, r.position(f.Body.Lbrace), r.position(f.Body.Rbrace),
		})
	}
}

func (r reader) position(p token.Pos) position {
	at := r.fset.Position(p)
	return position{at.Line, at.Column}
}

// receiverType returns a receiver's type without its type parameters, and the type's name.
func receiverType(t ast.Expr) (text, base string) {
	star := ""
	if pointer, ok := t.(*ast.StarExpr); ok {
		star, t = "*", pointer.X
	}
	switch generic := t.(type) {
	case *ast.IndexExpr:
		t = generic.X
	case *ast.IndexListExpr:
		t = generic.X
	}
	base = t.(*ast.Ident).Name
	return star + base, base
}

func (r reader) spec(spec ast.Spec) {
	switch spec := spec.(type) {
	case *ast.ValueSpec:
		for _, name := range spec.Names {
			r.identifier(name, "", name.Name)
		}
	case *ast.TypeSpec:
		r.identifier(spec.Name, "", spec.Name.Name)
		if t, ok := spec.Type.(*ast.StructType); ok && spec.Name.IsExported() {
			for _, field := range t.Fields.List {
				for _, name := range field.Names {
					r.identifier(name, name.Name, spec.Name.Name+"."+name.Name)
				}
			}
		}
	}
}

func (r reader) identifier(id *ast.Ident, field, name string) {
	if id.IsExported() && !strings.HasPrefix(name, "_") {
		r.s.identifiers = append(r.s.identifiers, identifier{name, field, r.file, r.position(id.Pos()).line})
	}
}
