package main

import (
	"go/parser"
	"go/token"
	"os"
	"strings"
	"testing"
)

// Every line of the table still stands in its file, breaks it into something that is Go, and names tests that exist.
func TestTableIsUpToDate(t *testing.T) {
	t.Chdir("../..")
	for _, m := range table {
		broken, err := m.broken()
		if err != nil {
			t.Errorf("%s, %s: %v", m.Rule, m.File, err)
			continue
		}
		if _, err := parser.ParseFile(token.NewFileSet(), m.File, broken, 0); err != nil {
			t.Errorf("%s, %s: %v", m.Rule, m.File, err)
		}
		if _, err := os.Stat(m.Package); err != nil {
			t.Errorf("%s: %v", m.Rule, err)
		}
	}
}

// The page shows what the table says.
func TestPageShowsTheTable(t *testing.T) {
	t.Chdir("../..")
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), begin)
	shown, _, ok := strings.Cut(rest, end)
	if !ok {
		t.Fatalf("%s lacks its marks", page)
	}
	for _, m := range table {
		if want := "| " + m.Rule + " | `" + m.File + "` | " + code(m.Old) + " | " + code(m.New) + " |"; !strings.Contains(shown, want) {
			t.Errorf("%s: not in %s; go run ./scripts/mutants -write\n%s", m.Rule, page, want)
		}
	}
}

func TestRowsFitATable(t *testing.T) {
	got := rows([]result{{mutant: mutant{Rule: "F1", File: "a.go", Old: "if a ||\n\tb {", New: "", Package: "sim", Run: "TestA"}, red: true, by: "TestA", seed: "3"}})
	want := "| F1 | `a.go` | `if a \\|\\| b {` | (nothing) | `sim` `TestA` | 3 |\n"
	if !strings.HasSuffix(got, want) {
		t.Errorf("%q does not end with %q", got, want)
	}
}
