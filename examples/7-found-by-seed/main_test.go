package main

import (
	"io"
	"os/exec"
	"regexp"
	"testing"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/examples/internal/program"
)

// The bug is found, and found again from its seed.
func TestSeedFindsTheBug(t *testing.T) {
	out, err := exec.Command(program.Build(t)).CombinedOutput()
	if err != nil || !regexp.MustCompile(`^seed \d+: (ann|bob|cay) was called`).Match(out) {
		t.Fatalf("%v\n%s", err, out)
	}
	for seed := range uint64(1000) {
		if first := world(seed, serve); first != nil {
			if again := world(seed, serve); again == nil || again.Error() != first.Error() {
				t.Errorf("seed %d: %v, and then %v", seed, first, again)
			}
			return
		}
	}
}

// The same worlds have nothing to say against a server whose connections each have a buffer.
func TestRightServerPasses(t *testing.T) {
	right := func(rt *eddy.Runtime) error {
		listener, err := rt.ListenTCP(":80")
		if err != nil {
			return err
		}
		for {
			stream, err := listener.AcceptTCP()
			if err != nil {
				return err
			}
			rt.Spawn(func() {
				defer stream.Close()
				io.Copy(stream, stream)
			})
		}
	}
	for seed := range uint64(200) {
		if err := world(seed, right); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
}
