package properties_test

import (
	"io"
	"math"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/sim"
)

const day = 24 * time.Hour

// F15: timers of the longest time there is stay armed for 400 days, while those that are due each day come to the
// microsecond, and a stream without a deadline in sight serves. Seed 1 has all the days, the others a few.
func TestFourHundredDays(t *testing.T) {
	eddytest.Baseline(t)
	sim.Run(t, 1, func(w *sim.World) {
		visits, each := 10, 40*day
		if w.Seed() == 1 {
			visits, each = 400, day
		}
		peer := w.Host("peer", peerProgram)
		visited := 0
		subject := w.Host("subject", func(rt *eddy.Runtime) error {
			if err := armForEver(t, rt); err != nil {
				return err
			}
			for ; visited < visits; visited++ {
				begin := rt.Now()
				if err := rt.Sleep(each); err != nil {
					return err
				}
				if late := rt.Now().Sub(begin) - each; late < 0 || late > prompt {
					t.Errorf("after %v a sleep of %v was %v late", w.Elapsed(), each, late)
				}
				if err := visit(rt, peer.Address(peerPort)); err != nil {
					return err
				}
			}
			return rt.Sleep(math.MaxInt64)
		})
		w.Run(401 * day)
		if subject.Done() {
			t.Fatalf("the longest sleep is over: %v", subject.Err())
		}
		if visited != visits {
			t.Errorf("after %v there were %d visits of %d", w.Elapsed(), visited, visits)
		}
	})
}

// visit has the peer echo a few bytes.
func visit(rt *eddy.Runtime, peer string) error {
	s, err := rt.DialTCPTimeout(peer, math.MaxInt64)
	if err != nil {
		return err
	}
	defer s.Close()
	_ = s.SetDeadline(rt.Now().Add(time.Minute))
	_ = s.SetIdleTimeout(math.MaxInt64)
	b := []byte("good morning")
	if _, err := s.Write(b); err != nil {
		return err
	}
	_, err = io.ReadFull(s, b)
	return err
}

// armForEver starts tasks that wait for the longest time there is, in each way that there is.
func armForEver(t *testing.T, rt *eddy.Runtime) error {
	forEver := func(name string, wait func() error) {
		rt.Spawn(func() {
			if err := wait(); rt.Context().Err() == nil {
				t.Errorf("%s is over: %v", name, err)
			}
		})
	}
	for _, d := range []time.Duration{math.MaxInt64, math.MaxInt64 - 1, math.MaxInt64 / 2} {
		forEver("a sleep", func() error { return rt.Sleep(d) })
		forEver("a timeout", func() error {
			_, err := eddy.Await(rt, eddy.Timeout[struct{}](d, never{}))
			return err
		})
		forEver("a task's timeout", func() error {
			return rt.WithTimeout(d, func() error { return rt.Sleep(math.MaxInt64) })
		})
		forEver("an interval", func() error {
			_, err := eddy.Await(rt, eddy.NewInterval(d, eddy.Burst).Tick())
			return err
		})
	}
	l, err := rt.ListenUnix("/for-ever")
	if err != nil {
		return err
	}
	forEver("an accept", func() error {
		s, err := l.AcceptTCP()
		if err != nil {
			return err
		}
		_ = s.SetIdleTimeout(math.MaxInt64)
		_, err = s.Read(make([]byte, 1))
		return err
	})
	s, err := rt.DialUnix("/for-ever")
	if err != nil {
		return err
	}
	forEver("a read", func() error {
		_ = s.SetDeadline(rt.Now().Add(math.MaxInt64))
		_, err := s.Read(make([]byte, 1))
		return err
	})
	return nil
}
