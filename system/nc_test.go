//go:build linux

package system_test

import (
	"fmt"
	"os/exec"
	"testing"
)

// netcat returns the name of OpenBSD's netcat: ncat may have taken the name nc.
func netcat() string {
	if _, err := exec.LookPath("nc.openbsd"); err == nil {
		return "nc.openbsd"
	}
	return "nc"
}

// startNetcat starts a session that ends its direction at the end of its input (-N).
func startNetcat(t *testing.T, s *server, flags ...string) *tool {
	t.Helper()
	return startTool(t, limit, netcat(), append(flags, "-N", "127.0.0.1", s.port())...)
}

// What the README shows first: printf 'hello\n' | nc -N 127.0.0.1 8080.
func TestNetcatGetsHelloBack(t *testing.T) {
	need(t, netcat())
	nc := startNetcat(t, start(t, setup{}))
	nc.say("hello\n")
	if got := nc.finish(); got != "hello\n" {
		t.Errorf("nc printed %q", got)
	}
}

// Four sessions speak in turn; each is answered before anybody else speaks.
func TestNetcatSessionsInterleave(t *testing.T) {
	need(t, netcat())
	s := start(t, setup{})
	sessions := make([]*tool, 4)
	for i := range sessions {
		sessions[i] = startNetcat(t, s)
	}
	for round := range 25 {
		for i, nc := range sessions {
			line := fmt.Sprintf("line %d of session %d\n", round, i)
			nc.say(line)
			nc.hear(line)
		}
	}
	for _, nc := range sessions {
		if rest := nc.finish(); rest != "" {
			t.Errorf("nc printed %q at the end", rest)
		}
	}
}

// F18: a silent client is dropped, and the log says which. The session has an address that no other one has.
func TestNetcatThatIsSilentIsDroppedAndLogged(t *testing.T) {
	need(t, netcat())
	s := start(t, setup{flags: []string{"--idle-timeout", "300ms"}})
	before := s.descriptors()
	nc := startNetcat(t, s, "-s", "127.0.0.2")
	s.awaitLog(1, `msg="client timed out"`, "client=127.0.0.2:", "idle=300ms")
	s.awaitDescriptors(before)
	if got := nc.finish(); got != "" {
		t.Errorf("a client that said nothing was sent %q", got)
	}
}

// F10: with -N the end of the input is the end of one direction only; everything still comes back.
func TestNetcatThatHalfClosesGetsEverythingBack(t *testing.T) {
	need(t, netcat())
	startNetcat(t, start(t, setup{})).carry(8 << 20)
}
