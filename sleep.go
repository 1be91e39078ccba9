package eddy

import (
	"fmt"
	"time"

	"github.com/eddy-go/eddy/future"
)

// Sleep returns a future that is done when d has passed since its first Poll, never earlier. It can be made anywhere,
// and waits in a task. It needs no runtime: its time is that of whoever polls it.
//
// With d <= 0 it does not wait. It takes one unit of the task's budget instead, so that a loop around it lets other
// tasks run from time to time.
func Sleep(d time.Duration) Future[struct{}] { return &sleep{d: d} }

type sleep struct {
	d        time.Duration
	deadline time.Duration // set by the first Poll
	alarm    alarm
	state    waitState
}

func (s *sleep) Poll(cx *future.Context) (struct{}, error) {
	if s.state == waitEnded {
		future.PolledAfterDone("Sleep")
	}
	now := cx.Clock().Now()
	first := s.state == waitFresh
	if first {
		s.state = waiting
		s.deadline = future.After(now, s.d)
	}
	if now < s.deadline {
		s.alarm.wait(cx, s.deadline)
		return struct{}{}, future.Pending
	}
	// Only the first Poll asks for budget: one that had to wait lets a sleeper through, though its neighbours in a
	// Select spend all there is in each turn (F17).
	if first && !cx.Spend() {
		return struct{}{}, future.Pending
	}
	s.end()
	return struct{}{}, nil
}

func (s *sleep) Cancel() { s.end() }

func (s *sleep) end() {
	s.state = waitEnded
	s.alarm.stop()
}

// String says what the wait is for, in task dumps.
func (s *sleep) String() string { return fmt.Sprintf("a sleep of %v", s.d) }
