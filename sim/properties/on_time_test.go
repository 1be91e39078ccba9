package properties_test

import (
	"errors"
	"io"
	"os"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/future"
	"github.com/eddy-go/eddy/sim"
)

// F16, F17, F18: no timeout is early and none is late, of whatever kind it is and whatever else goes on.
func TestTimeoutsAreOnTime(t *testing.T) {
	eddytest.Baseline(t)
	sim.Run(t, 1, func(w *sim.World) {
		f := withFaults()
		for _, ends := range []sim.Fault{sim.Reset, sim.HalfOpen, sim.AcceptBroken, sim.AcceptFull} {
			f[ends] = sim.Rate{}
		}
		w.SetFaults(f)
		silent := w.Host("silent", func(rt *eddy.Runtime) error {
			l, err := rt.ListenTCP(":7")
			if err != nil {
				return err
			}
			for { // and it reads nothing
				if _, err := l.AcceptTCP(); err != nil {
					return err
				}
			}
		})
		subject := w.Host("subject", func(rt *eddy.Runtime) error {
			c := &clocked{t: t, w: w, rt: rt, silent: silent.Address(peerPort)}
			return c.run()
		})
		w.Link(silent, subject).SendBuffer = 4 << 10
		w.Link(silent, subject).RecvBuffer = 4 << 10
		if !w.RunUntil(subject.Done) {
			t.Error("some timeout never came")
		}
	})
}

// clocked measures timeouts.
type clocked struct {
	t      *testing.T
	w      *sim.World
	rt     *eddy.Runtime
	silent string
	loaded bool
	late   time.Duration // what is tolerated
	over   bool
}

func (c *clocked) run() error {
	kinds := []func(d time.Duration){
		c.sleep, c.timeout, c.timeoutOverBusy, c.sleepBesideBusy, c.withTimeout, c.readDeadline, c.writeDeadline, c.idle, c.idleAfterWait, c.interval, c.dialTimeout,
	}
	var measures []*eddy.JoinHandle[struct{}]
	c.loaded, c.late = c.w.Rand().IntN(3) == 0, prompt
	longest := time.Hour
	if c.loaded {
		longest, c.late = prompt, promptUnderLoad
	}
	for range 6 {
		kind, d := kinds[c.w.Rand().IntN(len(kinds))], upTo(c.w, longest)
		measures = append(measures, c.rt.Spawn(func() { kind(d) }))
	}
	if c.loaded {
		c.load()
	}
	for _, h := range measures {
		if _, err := h.Join(); err != nil {
			return err
		}
	}
	c.over = true
	return nil
}

// load keeps the loop busy in some way until the measures are done.
func (c *clocked) load() {
	switch c.w.Rand().IntN(3) {
	case 0:
		c.rt.Spawn(func() {
			for !c.over && c.rt.Yield() == nil {
			}
		})
	case 1:
		c.rt.Spawn(func() {
			for !c.over {
				if _, err := eddy.Await(c.rt, eddy.Sleep(0)); err != nil { // ready at once, for a unit of the budget
					return
				}
			}
		})
	case 2:
		c.flood()
	}
}

// flood makes a connection on which there is always something to read.
func (c *clocked) flood() {
	l, err := c.rt.ListenTCP("127.0.0.1:0")
	if err != nil {
		c.t.Error(err)
		return
	}
	carry := func(s *eddy.TCPStream, err error, move func(p []byte) (int, error), size int) {
		if err == nil {
			for b := make([]byte, size); err == nil && !c.over; {
				_, err = move(b)
			}
			s.Close()
		}
	}
	c.rt.Spawn(func() {
		defer l.Close()
		s, err := l.AcceptTCP()
		carry(s, err, s.Write, 4096)
	})
	c.rt.Spawn(func() {
		s, err := c.rt.DialTCP(l.Addr().String())
		carry(s, err, s.Read, 16)
	})
}

// measure checks how long something takes that should take d, and ends by a timeout.
func (c *clocked) measure(what string, d time.Duration, wait func() error) {
	c.t.Helper()
	begin := c.rt.Now()
	err := wait()
	c.check(what, d, c.rt.Now().Sub(begin))
	if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
		c.t.Errorf("%s of %v: %v", what, d, err)
	}
}

func (c *clocked) check(what string, want, got time.Duration) {
	c.t.Helper()
	if got < want {
		c.t.Errorf("%s of %v ended %v early", what, want, want-got)
	}
	if got > want+c.late {
		c.t.Errorf("%s of %v ended %v late", what, want, got-want)
	}
}

func (c *clocked) sleep(d time.Duration) {
	c.measure("Sleep", d, func() error { return c.rt.Sleep(d) })
}

func (c *clocked) timeout(d time.Duration) {
	c.measure("Timeout", d, func() error {
		_, err := eddy.Await(c.rt, eddy.Timeout[struct{}](d, never{}))
		return err
	})
}

func (c *clocked) timeoutOverBusy(d time.Duration) {
	c.overBusy("Timeout over", d, func(d time.Duration, f eddy.Future[struct{}]) eddy.Future[struct{}] { return eddy.Timeout(d, f) })
}

func (c *clocked) sleepBesideBusy(d time.Duration) {
	c.overBusy("Sleep beside", d, func(d time.Duration, f eddy.Future[struct{}]) eddy.Future[struct{}] {
		return future.Race(f, eddy.Sleep(d))
	})
}

// overBusy has a future that always has something to do ended by another one.
func (c *clocked) overBusy(what string, d time.Duration, limit func(time.Duration, eddy.Future[struct{}]) eddy.Future[struct{}]) {
	d, c.late = min(d, prompt), promptUnderLoad
	begin := c.rt.Now()
	gaveUp := false
	_, _ = eddy.Await(c.rt, limit(d, &busyFor{until: func() bool {
		gaveUp = c.rt.Now().Sub(begin) > d+2*promptUnderLoad
		return gaveUp
	}}))
	if gaveUp {
		c.t.Errorf("%s a busy future did not end it after %v", what, d)
		return
	}
	c.check(what+" a busy future", d, c.rt.Now().Sub(begin))
}

// withTimeout ends the second of two waits.
func (c *clocked) withTimeout(d time.Duration) {
	c.measure("WithTimeout", d, func() error {
		return c.rt.WithTimeout(d, func() error {
			if err := c.rt.Sleep(d / 2); err != nil {
				return err
			}
			_, err := eddy.Await[struct{}](c.rt, never{})
			return err
		})
	})
}

// dial connects to the peer that never says anything.
func (c *clocked) dial() *eddy.TCPStream {
	s, err := c.rt.DialTCP(c.silent)
	if err != nil {
		c.t.Error(err)
		return nil
	}
	return s
}

func (c *clocked) readDeadline(d time.Duration) {
	if s := c.dial(); s != nil {
		defer s.Close()
		c.measure("SetReadDeadline", d, func() error {
			_ = s.SetReadDeadline(c.rt.Now().Add(d))
			_, err := s.Read(make([]byte, 1))
			return err
		})
	}
}

func (c *clocked) writeDeadline(d time.Duration) {
	if s := c.dial(); s != nil {
		defer s.Close()
		_ = s.SetLinger(0)
		c.measure("SetDeadline", d, func() error {
			_ = s.SetDeadline(c.rt.Now().Add(d))
			_, err := s.Write(make([]byte, 1<<20))
			return err
		})
	}
}

func (c *clocked) idle(d time.Duration) {
	if s := c.dial(); s != nil {
		defer s.Close()
		_ = s.SetIdleTimeout(d)
		c.measure("SetIdleTimeout", d, func() error {
			_, err := io.ReadAll(s)
			return err
		})
	}
}

// idleAfterWait begins to read when another stream has woken the task: the time before does not count.
func (c *clocked) idleAfterWait(d time.Duration) {
	s := c.dial()
	if s == nil {
		return
	}
	defer s.Close()
	_ = s.SetIdleTimeout(d)
	other, err := c.rt.DialTCP(c.silent) // which takes a while
	if err != nil {
		c.t.Error(err)
		return
	}
	defer other.Close()
	c.measure("SetIdleTimeout after another wait", d, func() error {
		_, err := s.Read(make([]byte, 1))
		return err
	})
}

func (c *clocked) interval(d time.Duration) {
	iv := eddy.NewInterval(d, eddy.MissedTicks(c.w.Rand().IntN(3)))
	for range 3 {
		scheduled, _ := eddy.Await(c.rt, iv.Tick())
		if now := c.w.Elapsed(); now < scheduled || !c.loaded && now > scheduled+c.late { // under load ticks may be missed
			c.t.Errorf("a tick of %v that was due at %v came at %v", d, scheduled, now)
		}
	}
}

// dialTimeout dials an address that nobody has, which TCP takes three seconds to find out.
func (c *clocked) dialTimeout(d time.Duration) {
	d = min(d, time.Second)
	c.measure("DialTCPTimeout", d, func() error {
		s, err := c.rt.DialTCPTimeout("10.0.200.1:1", d)
		if err == nil {
			s.Close()
		}
		return err
	})
}
