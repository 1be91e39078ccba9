package properties_test

import (
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/future"
	"github.com/eddy-go/eddy/sim"
)

// F5, F20, F24, F28: no task is lost, none is polled after its end, none without a wake: tasks of every kind, woken from
// everywhere, under all faults.
func TestPolls(t *testing.T) {
	eddytest.Baseline(t)
	sim.Run(t, 1, func(w *sim.World) {
		w.SetFaults(sim.Chaos())
		peer := w.Host("peer", peerProgram)
		l := &ledger{t: t, w: w}
		var subject *sim.Host
		subject = w.Host("subject", func(rt *eddy.Runtime) error {
			l.rt = rt
			work := &pollWork{w: w, rt: rt, l: l, host: subject, peer: peer.Address(peerPort), handle: rt.Handle()}
			defer work.handle.Release()
			return work.run()
		})
		w.Run(pollWorkLimit / 2)
		l.lost()
		if !w.RunUntil(subject.Done) {
			t.Error("the work never ends")
		}
		l.ended()
	})
}

// pollWork is a crowd of tasks.
type pollWork struct {
	w      *sim.World
	rt     *eddy.Runtime
	l      *ledger
	host   *sim.Host
	peer   string
	handle *eddy.Handle

	tasks   []*eddy.JoinHandle[struct{}]
	signals []*signal
	spawned int // by Handle.Spawn
	ran     int // of these
}

// pollWorkLimit is how long the crowd has: half-open connections end by nothing else. It is longer than the slowest
// offloaded function takes.
const pollWorkLimit = 12 * time.Second

func (p *pollWork) run() error {
	end := p.rt.Now().Add(pollWorkLimit)
	for range 5 {
		p.spawn()
		p.disturb()
		if err := p.rt.Sleep(upTo(p.w, time.Second)); err != nil {
			return err
		}
	}
	p.tasks[p.w.Rand().IntN(len(p.tasks))].Cancel()
	if err := p.rt.Sleep(end.Sub(p.rt.Now())); err != nil {
		return err
	}
	if p.ran != p.spawned {
		p.l.t.Errorf("%d functions were given to Handle.Spawn, and %d ran", p.spawned, p.ran)
	}
	return nil
}

// spawn fills up the crowd: those that follow have the memory of those that have ended, and stale wakes hit them.
func (p *pollWork) spawn() {
	kinds := []func(name string) eddy.Future[struct{}]{
		p.sleeper, p.waiter, p.limited, p.joiner, p.racer, p.offloader, p.follower, p.selfWaker, p.ticker, p.talker, p.reader, p.nested,
	}
	live := 0
	for _, h := range p.tasks {
		if !h.Done() {
			live++
		}
	}
	for ; live < 8; live++ {
		kind := p.w.Rand().IntN(len(kinds))
		name := fmt.Sprintf("task %d of kind %d", len(p.tasks), kind)
		p.tasks = append(p.tasks, eddy.SpawnFuture[struct{}](p.rt, alone(p.l, name, kinds[kind](name))))
	}
}

// disturb has things come from outside, now and later: functions, and wakes that are due, or have no reason, or are
// stale. What comes now finds the loop awake, as from a goroutine that runs beside it.
func (p *pollWork) disturb() {
	chance := p.w.Rand()
	outside := func(fn func()) {
		if chance.IntN(2) == 0 {
			fn()
		} else {
			p.w.Outside(p.host, fn)
		}
	}
	outside(func() {
		if p.handle.Spawn(func() { p.ran++ }) == nil {
			p.spawned++
		}
	})
	for _, s := range p.signals {
		switch chance.IntN(4) {
		case 0:
			outside(s.fire)
		case 1:
			outside(s.waker.Wake)
		case 2:
			s.local.Wake()
		}
	}
}

func (p *pollWork) signal() *signal {
	s := &signal{}
	p.signals = append(p.signals, s)
	return s
}

func (p *pollWork) sleeper(string) eddy.Future[struct{}] { return eddy.Sleep(upTo(p.w, time.Second)) }

func (p *pollWork) waiter(string) eddy.Future[struct{}] { return p.signal() }

func (p *pollWork) limited(string) eddy.Future[struct{}] {
	return eddy.Timeout[struct{}](upTo(p.w, time.Second), p.signal())
}

func (p *pollWork) joiner(name string) eddy.Future[struct{}] {
	var fs []eddy.Future[struct{}]
	for i := range 2 + p.w.Rand().IntN(6) {
		child := fmt.Sprintf("%s, child %d", name, i)
		if p.w.Rand().IntN(2) == 0 {
			fs = append(fs, alone(p.l, child, p.limited(child)))
		} else {
			fs = append(fs, alone(p.l, child, p.selfWaker(child)))
		}
	}
	return future.Map(future.JoinAll(fs...), func([]struct{}) (struct{}, error) { return struct{}{}, nil })
}

func (p *pollWork) racer(name string) eddy.Future[struct{}] {
	a := alone(p.l, name+", first", p.waiter(name))
	b := alone(p.l, name+", second", p.sleeper(name))
	return future.Map(future.Race[struct{}](a, b), func(struct{}) (struct{}, error) { return struct{}{}, nil })
}

func (p *pollWork) offloader(string) eddy.Future[struct{}] {
	return eddy.Offload(p.rt, func() (struct{}, error) { return struct{}{}, nil })
}

func (p *pollWork) follower(name string) eddy.Future[struct{}] {
	if len(p.tasks) == 0 {
		return p.sleeper(name)
	}
	return p.tasks[p.w.Rand().IntN(len(p.tasks))].Joined()
}

func (p *pollWork) selfWaker(string) eddy.Future[struct{}] {
	return &selfish{left: p.w.Rand().IntN(3)}
}

func (p *pollWork) ticker(name string) eddy.Future[struct{}] {
	return eddy.Async(p.rt, func() (struct{}, error) {
		iv := eddy.NewInterval(upTo(p.w, 100*time.Millisecond), eddy.MissedTicks(p.w.Rand().IntN(3)))
		for range 3 {
			if _, err := eddy.Await[time.Duration](p.rt, watched(p.l, name+", tick", iv.Tick())); err != nil {
				return struct{}{}, err
			}
		}
		return struct{}{}, nil
	})
}

// talker sends a message and reads it back, as straight-line code.
func (p *pollWork) talker(name string) eddy.Future[struct{}] {
	return eddy.Async(p.rt, func() (struct{}, error) {
		s, err := eddy.Await[*eddy.TCPStream](p.rt, watched(p.l, name+", dial", p.rt.DialFuture(p.peer)))
		if err != nil {
			return struct{}{}, nil // a fault
		}
		defer s.Close()
		message := make([]byte, 1+p.w.Rand().IntN(2000))
		err = p.rt.WithTimeout(upTo(p.w, 4*time.Second), func() error {
			if _, err := s.Write(message); err != nil {
				return err
			}
			_, err := io.ReadFull(s, message)
			return err
		})
		if err != nil {
			_ = p.rt.Yield() // a wait that fails in a cancelled task
		}
		return struct{}{}, nil
	})
}

// reader waits for what a stream and a clock do first, and both directions at once.
func (p *pollWork) reader(name string) eddy.Future[struct{}] {
	return eddy.Async(p.rt, func() (struct{}, error) {
		s, err := p.rt.DialTCP(p.peer)
		if err != nil {
			return struct{}{}, nil
		}
		defer s.Close()
		b := make([]byte, 1000)
		first := future.Select2[struct{}, struct{}](alone(p.l, name+", readable", s.Readable()), alone(p.l, name+", sleep", p.sleeper(name)))
		if _, err := eddy.Await(p.rt, first); err != nil {
			return struct{}{}, nil
		}
		both := future.Join2[int, int](alone[int](p.l, name+", write", s.WriteFuture(b)), alone[int](p.l, name+", read", s.ReadFuture(b)))
		_, _ = eddy.Await(p.rt, eddy.Timeout(time.Second, both))
		return struct{}{}, nil
	})
}

// nested is code that awaits code.
func (p *pollWork) nested(name string) eddy.Future[struct{}] {
	return eddy.Async(p.rt, func() (struct{}, error) {
		a := alone(p.l, name+", code", eddy.Async(p.rt, func() (struct{}, error) {
			return eddy.Await[struct{}](p.rt, watched(p.l, name+", code's wait", p.limited(name)))
		}))
		b := alone(p.l, name+", other code", eddy.Async(p.rt, func() (struct{}, error) {
			return struct{}{}, p.rt.Sleep(upTo(p.w, time.Second))
		}))
		_, err := eddy.Await(p.rt, future.Join2[struct{}, struct{}](a, b))
		return struct{}{}, err
	})
}
