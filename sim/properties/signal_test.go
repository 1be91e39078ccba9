package properties_test

import (
	"github.com/eddy-go/eddy/future"
)

// signal is a hand-written future that is done once somebody has fired it. After its end it keeps its waker, as
// careless code does, so that a late fire is a stale wake.
type signal struct {
	future.NoCancel
	fired bool
	waker future.Waker
	local future.LocalWaker
}

func (s *signal) Poll(cx *future.Context) (struct{}, error) {
	if s.fired {
		return struct{}{}, nil
	}
	s.waker, s.local = cx.Waker(), cx.LocalWaker()
	return struct{}{}, future.Pending
}

// fire is for any goroutine that World.Outside calls it on.
func (s *signal) fire() {
	s.fired = true
	s.waker.Wake()
}

// selfish is a future that wakes itself while it is polled, some times.
type selfish struct {
	future.NoCancel
	left int
}

func (s *selfish) Poll(cx *future.Context) (struct{}, error) {
	if s.left--; s.left < 0 {
		return struct{}{}, nil
	}
	cx.LocalWaker().Wake()
	return struct{}{}, future.Pending
}

// never is a future that is not done, and wakes nobody.
type never struct{ future.NoCancel }

func (never) Poll(*future.Context) (struct{}, error) { return struct{}{}, future.Pending }

// busy is a future that always has something to do and never comes to an end.
type busy struct{ future.NoCancel }

func (busy) Poll(cx *future.Context) (struct{}, error) {
	for cx.Spend() {
	}
	return struct{}{}, future.Pending
}

// busyFor is busy until something holds.
type busyFor struct {
	busy
	until func() bool
}

func (b *busyFor) Poll(cx *future.Context) (struct{}, error) {
	if b.until() {
		return struct{}{}, nil
	}
	return b.busy.Poll(cx)
}
