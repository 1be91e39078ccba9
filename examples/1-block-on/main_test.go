package main

import (
	"io"
	"testing"

	"github.com/eddy-go/eddy/examples/internal/program"
)

// The future is polled twice: once at the start, and once because the reader's Wake asked for it. Its line comes only
// after the first poll was seen, so the loop has nothing else to do than to sleep.
func TestTwoPolls(t *testing.T) {
	p := program.Start(t, program.Build(t))
	expect := func(want string) {
		t.Helper()
		if line := p.Line(t); line != want {
			t.Fatalf("%q, want %q", line, want)
		}
	}
	expect("poll 1: no line yet")
	io.WriteString(p.Stdin, "hello\n")
	expect("poll 2: done")
	expect(`the line is "hello"`)
}
