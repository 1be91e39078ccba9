package main

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

const exported = `package p

type Held struct {
	Named, Unnamed int
	hidden         int
}

func (h *Held) Called() int { return h.hidden }
func (h *Held) Uncalled()   { h.hidden++ }

type Generic[T any] struct{}

func (Generic[T]) Uncalled() T { panic(0) }

const Unnamed = 1

var hidden = 1

type inner struct{}

func (inner) Exported() {}
`

const tests = `package p_test

import . "fmt"
import other "github.com/eddy-go/eddy/p"

func f() { Println(other.Held{Named: 1}.Called, other.Generic[int]{}, Unnamed) }
`

// Names that tests do not hold are listed, each with its reason and place; those that they hold, and those that are not
// exported, are not. A name of another package is no mention.
func TestWhatIsListed(t *testing.T) {
	t.Chdir(t.TempDir())
	for file, text := range map[string]string{"p/p.go": exported, "p/p_test.go": tests} {
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	const path = module + "/p"
	executed, err := parseProfile("mode: set\n" +
		path + "/p.go:8.29,8.46 1 0\n" +
		path + "/p.go:8.29,8.46 1 1\n" + // another package's tests
		path + "/p.go:9.29,9.41 1 0\n" +
		path + "/p.go:13.32,13.41 1 0\n")
	if err != nil {
		t.Fatal(err)
	}
	mentioned, err := mentionedInTests(".")
	if err != nil {
		t.Fatal(err)
	}
	s, err := surfaceOf("p")
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"p/p.go:13: no test executes " + path + ".(Generic).Uncalled",
		"p/p.go:15: no test mentions " + path + ".Unnamed",
		"p/p.go:4: no test mentions " + path + ".Held.Unnamed",
		"p/p.go:9: no test executes " + path + ".(*Held).Uncalled",
	}
	if got := s.missing(executed, mentioned); !slices.Equal(got, want) {
		t.Errorf("got\n%q\nwant\n%q", got, want)
	}
}

// A profile that is cut off is an error, not a list of names.
func TestProfileCutOff(t *testing.T) {
	if _, err := parseProfile("mode: set\ngithub.com/eddy-go/eddy/p/p.go:8.29,8."); err == nil {
		t.Error("no error")
	}
}
