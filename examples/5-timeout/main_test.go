package main

import (
	"strings"
	"testing"

	"github.com/eddy-go/eddy/examples/internal/program"
)

// A silent client is dropped, and one that has said something is served before that.
func TestSilentClientIsDropped(t *testing.T) {
	p := program.Start(t, program.Build(t), "127.0.0.1:0", "50ms")
	c := program.Dial(t, p.Address(t))
	c.ExpectEnd(t)
	if line, want := p.Line(t), "silent for 50ms and dropped: "+c.LocalAddr().String(); line != want {
		t.Errorf("%q, want %q", line, want)
	}
}

// The limit of one client is nothing to another: with one that is never reached, both are served.
func TestClientsWithinTheLimit(t *testing.T) {
	p := program.Start(t, program.Build(t), "127.0.0.1:0", "1h")
	address := p.Address(t)
	first, second := program.Dial(t, address), program.Dial(t, address)
	first.Echo(t, "hello")
	second.Echo(t, strings.Repeat("more than the buffer holds ", 1000))
	first.Echo(t, "hello again")
}
