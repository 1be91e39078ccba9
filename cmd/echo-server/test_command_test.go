package main

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/eddytest"
)

func TestTheTestCommand(t *testing.T) {
	eddytest.Baseline(t)
	code, stdout, stderr := runHere("test")
	if code != 0 || stderr != "" {
		t.Errorf("exit code %d, stderr %q", code, stderr)
	}
	lines := strings.Split(strings.TrimSuffix(stdout, "\n"), "\n")
	if len(lines) != len(allChecks()) {
		t.Errorf("%d lines for %d checks:\n%s", len(lines), len(allChecks()), stdout)
	}
	for _, line := range lines {
		if !strings.HasPrefix(line, "ok ") || !strings.HasSuffix(line, "s)") {
			t.Errorf("not a check and its duration: %q", line)
		}
	}
}

func TestFailingChecksAreCounted(t *testing.T) {
	eddytest.Baseline(t)
	var out strings.Builder
	err := eddy.BlockOn(func(rt *eddy.Runtime) error {
		return doChecks(rt, &out, []check{
			{"good", func(*eddy.Runtime) error { return nil }},
			{"bad", func(*eddy.Runtime) error { return errors.New("no luck") }},
		})
	})
	if err == nil || err.Error() != "1 of 2 checks failed" {
		t.Errorf("got %v", err)
	}
	if got := out.String(); !strings.HasPrefix(got, "ok    good (") || !strings.Contains(got, "\nFAIL  bad: no luck (") {
		t.Errorf("printed:\n%s", got)
	}
}

// The bulk check sees a single wrong byte, and one that is missing.
func TestBulkCheckSeesAFault(t *testing.T) {
	for _, c := range []struct {
		name  string
		fault func(chunk []byte) []byte
		want  string
	}{
		{"wrong byte", func(chunk []byte) []byte { chunk[77] ^= 1; return chunk }, "byte 77 is"},
		{"missing byte", func(chunk []byte) []byte { return chunk[1:] }, "byte 0 is"},
	} {
		t.Run(c.name, func(t *testing.T) {
			eddytest.Baseline(t)
			err := eddy.BlockOn(func(rt *eddy.Runtime) error {
				l, err := rt.ListenTCP("127.0.0.1:0")
				if err != nil {
					return err
				}
				rt.Spawn(func() {
					stream, _ := l.AcceptTCP()
					defer stream.Close()
					chunk := make([]byte, bulkChunk)
					fillBulk(chunk, 0)
					stream.Write(c.fault(chunk))
					io.Copy(io.Discard, stream)
				})
				return withClient(rt, l.Addr().String(), receiveBulk)
			})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}
