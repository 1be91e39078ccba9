package properties_test

import (
	"io"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/future"
)

// itinerary is a scenario that comes by every kind of wait that the runtime has. Whatever ends it, its deferred calls
// let go of all that it holds. It ends at the first error.
func itinerary(rt *eddy.Runtime, peer string) (struct{}, error) {
	var none struct{}
	defer func() { _ = rt.Sleep(time.Microsecond) }() // a wait while it is unwound
	for _, leg := range []func(rt *eddy.Runtime, peer string) error{
		overTCP, overDeadlines, overUnix, overTasks, overFutures,
	} {
		if err := leg(rt, peer); err != nil {
			return none, err
		}
	}
	return none, nil
}

// overTCP has the peer echo more than the buffers hold, and reads it in another task.
func overTCP(rt *eddy.Runtime, peer string) error {
	s, err := rt.DialTCP(peer)
	if err != nil {
		return err
	}
	defer s.Close()
	b := make([]byte, 30<<10)
	reads := rt.Spawn(func() { _, _ = io.ReadFull(s, make([]byte, len(b))) })
	if _, err := s.Write(b); err != nil {
		return err
	}
	if _, err := reads.Join(); err != nil {
		return err
	}
	if _, err := s.Write(b[:1]); err != nil {
		return err
	}
	if _, err := eddy.Await(rt, s.Readable()); err != nil {
		return err
	}
	_, err = io.ReadFull(s, b[:1])
	return err
}

// overDeadlines lets each kind of deadline pass.
func overDeadlines(rt *eddy.Runtime, peer string) error {
	s, err := rt.DialTCPTimeout(peer, time.Minute)
	if err != nil {
		return err
	}
	defer s.Close()
	_ = s.SetDeadline(rt.Now().Add(time.Millisecond))
	if _, err := s.Read(make([]byte, 1)); rt.Context().Err() != nil {
		return err
	}
	_ = s.SetDeadline(time.Time{})
	_ = s.SetIdleTimeout(time.Millisecond)
	_ = rt.Yield() // what a simulated task sets holds from the next turn on, as from another goroutine
	_, _ = io.Copy(io.Discard, s)
	_ = s.SetIdleTimeout(0)
	_ = rt.Yield()
	_ = rt.WithTimeout(time.Millisecond, func() error { _, err := s.Read(make([]byte, 1)); return err })
	if err := s.CloseWrite(); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, s)
	return err
}

// overUnix talks to itself.
func overUnix(rt *eddy.Runtime, _ string) error {
	l, err := rt.ListenUnix("/itinerary")
	if err != nil {
		return err
	}
	defer l.Close()
	dials := rt.Spawn(func() {
		if s, err := rt.DialUnix("/itinerary"); err == nil {
			_, _ = io.Copy(s, s)
			s.Close()
		}
	})
	defer dials.Cancel()
	s, err := eddy.Await(rt, eddy.Timeout(time.Minute, l.AcceptFuture())) // accept may lose the connection
	if err != nil {
		return err
	}
	defer s.Close()
	if _, err := s.Write([]byte("over there")); err != nil {
		return err
	}
	_, err = io.ReadFull(s, make([]byte, len("over there")))
	return err
}

// overTasks waits for tasks, ticks and functions.
func overTasks(rt *eddy.Runtime, _ string) error {
	h := eddy.Spawn(rt, func() (int, error) { return 1, rt.Sleep(time.Millisecond) })
	defer h.Cancel()
	if _, err := h.Join(); err != nil {
		return err
	}
	iv := eddy.NewInterval(time.Millisecond, eddy.Skip)
	for range 2 {
		if _, err := eddy.Await(rt, iv.Tick()); err != nil {
			return err
		}
	}
	if _, err := eddy.Await(rt, eddy.Offload(rt, func() (int, error) { return 1, nil })); err != nil {
		return err
	}
	return rt.Yield()
}

// overFutures waits for futures inside futures, and code inside those.
func overFutures(rt *eddy.Runtime, peer string) error {
	nap := func(d time.Duration) eddy.Future[struct{}] {
		return eddy.Async(rt, func() (struct{}, error) {
			defer func() { _ = rt.Yield() }()
			return struct{}{}, rt.Sleep(d)
		})
	}
	if _, err := eddy.Await(rt, future.Race(nap(time.Hour), eddy.Timeout(time.Hour, nap(time.Millisecond)))); err != nil {
		return err
	}
	call := eddy.Async(rt, func() (struct{}, error) { // a join would drop the connection where it is cancelled
		s, err := rt.DialTCP(peer)
		if err == nil {
			err = s.Close()
		}
		return struct{}{}, err
	})
	_, err := eddy.Await(rt, future.Join2(call, nap(time.Millisecond)))
	return err
}
