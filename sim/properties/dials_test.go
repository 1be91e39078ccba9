package properties_test

import (
	"errors"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/sim"
)

// dialGivesUp is when Linux gives up a connect that nobody answers.
const dialGivesUp = 127 * time.Second

// F34: every dial comes to an end, and to the right one: it is refused where nobody listens, succeeds when a partition
// heals in time, fails by its own limit or by the kernel's, and leaves nothing.
func TestDialsEnd(t *testing.T) {
	eddytest.Baseline(t)
	sim.Run(t, 1, func(w *sim.World) {
		f := withFaults()
		for _, ends := range []sim.Fault{sim.Reset, sim.HalfOpen, sim.AcceptBroken} {
			f[ends] = sim.Rate{}
		}
		w.SetFaults(f)
		peer := w.Host("peer", peerProgram)
		d := &dialler{t: t, w: w}
		d.heals = upTo(w, 2*dialGivesUp)
		w.After(0, func() { w.Partition(peer, d.host) })
		w.After(d.heals, func() { w.Heal(peer, d.host) })
		d.host = w.Host("subject", func(rt *eddy.Runtime) error {
			if err := rt.Sleep(time.Nanosecond); err != nil { // the link is cut by then
				return err
			}
			return d.run(rt, peer)
		})
		if !w.RunUntil(d.host.Done) {
			t.Error("some dial never ends")
		}
	})
}

type dialler struct {
	t     *testing.T
	w     *sim.World
	host  *sim.Host
	heals time.Duration // when the peer can be reached again
}

func (d *dialler) run(rt *eddy.Runtime, peer *sim.Host) error {
	before := rt.Stats()
	var dials []*eddy.JoinHandle[struct{}]
	for range 6 {
		address, listens := peer.Address(peerPort), true
		if d.w.Rand().IntN(3) == 0 {
			address, listens = peer.Address(peerPort+1), false
		}
		switch d.w.Rand().IntN(3) {
		case 0:
			dials = append(dials, rt.Spawn(func() { d.patient(rt, address, listens) }))
		case 1:
			limit := upTo(d.w, 2*dialGivesUp)
			dials = append(dials, rt.Spawn(func() { d.limited(rt, address, listens, limit) }))
		case 2: // it is cancelled
			h := rt.Spawn(func() {
				if s, err := rt.DialTCP(address); err == nil {
					s.Close()
				}
			})
			rt.Spawn(func() { _ = rt.Sleep(upTo(d.w, dialGivesUp)); h.Cancel() })
			dials = append(dials, h)
		}
	}
	for _, h := range dials {
		if _, err := h.Join(); err != nil && !errors.Is(err, eddy.ErrCanceled) {
			return err
		}
	}
	if err := rt.Sleep(2 * dialGivesUp); err != nil {
		return err
	}
	if now := rt.Stats(); now.Tasks != before.Tasks || now.Sources != 0 || now.Timers != 0 {
		d.t.Errorf("left %d tasks, %d sources, %d timers", now.Tasks-before.Tasks, now.Sources, now.Timers)
	}
	return nil
}

// patient dials until the kernel gives up.
func (d *dialler) patient(rt *eddy.Runtime, address string, listens bool) {
	begin := d.w.Elapsed()
	s, err := rt.DialTCP(address)
	d.judge(s, err, listens, d.w.Elapsed()-begin, dialGivesUp, syscall.ETIMEDOUT)
}

func (d *dialler) limited(rt *eddy.Runtime, address string, listens bool, limit time.Duration) {
	begin := d.w.Elapsed()
	s, err := rt.DialTCPTimeout(address, limit)
	took := d.w.Elapsed() - begin
	if limit < dialGivesUp {
		d.judge(s, err, listens, took, limit, os.ErrDeadlineExceeded)
	} else {
		d.judge(s, err, listens, took, dialGivesUp, syscall.ETIMEDOUT)
	}
}

// eventSlack is how late the simulated kernel may tell of an event that a fault withholds.
const eventSlack = 60 * time.Millisecond

// judge compares the outcome of a dial that had so much time with what must come of it.
func (d *dialler) judge(s *eddy.TCPStream, err error, listens bool, took, limit time.Duration, late error) {
	d.t.Helper()
	if s != nil {
		s.Close()
	}
	switch {
	case err == nil && (!listens || took < d.heals-time.Millisecond):
		d.t.Errorf("connected after %v, although that was impossible (the link was cut until %v)", took, d.heals)
	case err == nil:
	case errors.Is(err, late):
		if took < limit || took > limit+eventSlack {
			d.t.Errorf("%v after %v, with a limit of %v", err, took, limit)
		}
	case errors.Is(err, syscall.ECONNREFUSED) && !listens:
	default:
		d.t.Errorf("after %v: %v", took, err)
	}
	// The peer hears the first try after the link has healed; the longest pause between two tries is 32 seconds.
	if answered := d.heals + 64*time.Second + eventSlack; took > answered {
		d.t.Errorf("it took %v (%v), although the link healed after %v", took, err, d.heals)
	}
}
