//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package kernel

import (
	"slices"
	"testing"
	"time"
)

// script stands in for kevent: it answers each call in turn and records what was asked. A call that is not in the
// script fails the test.
type script struct {
	*testing.T
	k       *kqueue
	answers []answer
	calls   []asked
	closed  int
}

// answer is what one call returns, after it took so long by the kernel's clock.
type answer struct {
	events []Kevent
	errno  Errno
	took   time.Duration
}

type asked struct {
	changes []Kevent
	room    int
	timeout time.Duration
}

// scripted returns a poller on a script. What its making asked is not recorded.
func scripted(t *testing.T, answers ...answer) (*kqueue, *script) {
	s := &script{T: t, answers: []answer{{}}} // the wake-up is accepted
	k, err := newKqueue(s.queue())
	if err != nil {
		t.Fatal(err)
	}
	s.k, s.answers, s.calls = k, answers, nil
	return k, s
}

func (s *script) queue() Kqueue {
	return Kqueue{Name: "script", Kevent: KeventCall(s.kevent), Close: func() error { s.closed++; return nil }}
}

func (s *script) kevent(changes, events []Kevent, timeout time.Duration) (int, Errno) {
	s.calls = append(s.calls, asked{changes: slices.Clone(changes), room: len(events), timeout: timeout})
	if len(s.answers) == 0 {
		s.Fatalf("call %d is not in the script: %+v", len(s.calls), s.calls[len(s.calls)-1])
	}
	a := s.answers[0]
	s.answers = s.answers[1:]
	if a.took > 0 {
		s.k.start = s.k.start.Add(-a.took) // the clock counts from start
	}
	return copy(events, a.events), a.errno
}

// done checks that every answer was asked for.
func (s *script) done() {
	s.Helper()
	if len(s.answers) > 0 {
		s.Errorf("%d answers were not asked for", len(s.answers))
	}
}
