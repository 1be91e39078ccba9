package properties_test

import (
	"io"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/sim"
)

// F5, F12, F20: every wait comes to its end, or what it waits for has not happened. For each kind of wait a model says
// whether it has: what the other side has done to it. The faults are those that take nothing away; when all is quiet,
// nobody may be waiting for what is there.
func TestEveryWaitEndsOrItsCauseIsPending(t *testing.T) {
	eddytest.Baseline(t)
	sim.Run(t, 1, func(w *sim.World) {
		f := sim.Chaos()
		for _, ends := range []sim.Fault{sim.Reset, sim.HalfOpen, sim.AcceptBroken} {
			f[ends] = sim.Rate{}
		}
		w.SetFaults(f)
		m := &waitModels{t: t, w: w}
		m.peer = w.Host("peer", m.serve)
		m.subject = w.Host("subject", m.run)
		l := w.Link(m.peer, m.subject)
		l.SendBuffer, l.RecvBuffer = 2<<10, 4<<10
		m.pause()
		w.Run(actionsEnd + quiet)
		if m.subject.Done() || m.peer.Done() {
			t.Fatalf("ended: %v, %v", m.subject.Err(), m.peer.Err())
		}
		for _, one := range m.waits {
			if happened := one.happened(); happened && !one.over {
				t.Errorf("%s still waits, although its cause has come", one.name)
			} else if !happened && one.over {
				t.Errorf("%s has ended, although its cause has not come", one.name)
			}
		}
	})
}

const (
	actionsEnd = 3 * time.Second
	// quiet, after a pause of the subject, is longer than anything that the world delays: a function that takes 10 s, a stream that stalls for 5.
	quiet = actionsEnd + 12*time.Second
)

// waitModels are waits, each with a model of its cause.
type waitModels struct {
	t             *testing.T
	w             *sim.World
	peer, subject *sim.Host
	rt            *eddy.Runtime // the subject's
	waits         []*modelled
	actors        []func(rt *eddy.Runtime, s *eddy.TCPStream) // at the peer, one for each connection, in order
}

type modelled struct {
	name     string
	over     bool
	happened func() bool
}

// pause stops the subject for a while: meanwhile events and wakes gather, and come to it at once.
func (m *waitModels) pause() {
	begin := m.sometime()
	m.w.After(begin, func() { m.w.Pause(m.subject) })
	m.w.After(begin+m.sometime(), func() { m.w.Resume(m.subject) })
}

// wait starts a task that waits for something.
func (m *waitModels) wait(name string, happened func() bool, fn func()) *eddy.JoinHandle[struct{}] {
	one := &modelled{name: name, happened: happened}
	m.waits = append(m.waits, one)
	return m.rt.Spawn(func() {
		fn()
		one.over = m.rt.Context().Err() == nil
	})
}

// sometime is when something is done.
func (m *waitModels) sometime() time.Duration { return upTo(m.w, actionsEnd) }

func (m *waitModels) run(rt *eddy.Runtime) error {
	m.rt = rt
	kinds := []func() error{
		m.reads, m.reads, m.writes, m.accepts, m.sleeps, m.joins, m.signals, m.offloads, m.closes, m.deadlines, m.readable,
	}
	for range 6 {
		if err := kinds[m.w.Rand().IntN(len(kinds))](); err != nil {
			return err
		}
	}
	return rt.Sleep(time.Hour)
}

// serve hands each connection to its actor, whose number comes first.
func (m *waitModels) serve(rt *eddy.Runtime) error {
	l, err := rt.ListenTCP(":7")
	if err != nil {
		return err
	}
	for {
		s, err := l.AcceptTCP()
		if err != nil {
			return err
		}
		rt.Spawn(func() {
			number := []byte{0}
			if _, err := io.ReadFull(s, number); err == nil {
				m.actors[number[0]](rt, s)
			}
		})
	}
}

// connect makes a connection to an actor.
func (m *waitModels) connect(actor func(rt *eddy.Runtime, s *eddy.TCPStream)) (*eddy.TCPStream, error) {
	number := byte(len(m.actors))
	m.actors = append(m.actors, actor)
	s, err := m.rt.DialTCP(m.peer.Address(peerPort))
	if err == nil {
		_, err = s.Write([]byte{number})
	}
	return s, err
}

// reads waits for some bytes, of which the peer sends some, or for the end.
func (m *waitModels) reads() error {
	sent, ended := 0, false
	s, err := m.connect(func(rt *eddy.Runtime, s *eddy.TCPStream) {
		for range m.w.Rand().IntN(4) {
			_ = rt.Sleep(m.sometime() / 4)
			n, _ := s.Write(make([]byte, 1+m.w.Rand().IntN(2000)))
			sent += n
		}
		if m.w.Rand().IntN(2) == 0 {
			_ = s.CloseWrite()
			ended = true
		}
	})
	if err != nil {
		return err
	}
	want := 1 + m.w.Rand().IntN(4000)
	m.wait("a read", func() bool { return sent >= want || ended }, func() {
		_, _ = io.ReadFull(s, make([]byte, want))
	})
	return nil
}

// writes waits for room, which the peer makes by reading.
func (m *waitModels) writes() error {
	read := 0
	s, err := m.connect(func(rt *eddy.Runtime, s *eddy.TCPStream) {
		for range m.w.Rand().IntN(4) {
			_ = rt.Sleep(m.sometime() / 4)
			n, _ := io.ReadFull(s, make([]byte, 1+m.w.Rand().IntN(10000)))
			read += n
		}
	})
	if err != nil {
		return err
	}
	n := 1 + m.w.Rand().IntN(20000)
	f := s.WriteFuture(make([]byte, n))
	// What is on its way fills the buffers, or the write would go on.
	m.wait("a write", func() bool { return f.Written() == n || f.Written()-read < 1<<10 }, func() { _, _ = eddy.Await[int](m.rt, f) })
	return nil
}

// accepts has some tasks wait for connections, of which some come.
func (m *waitModels) accepts() error {
	l, err := m.rt.ListenTCP(":0")
	if err != nil {
		return err
	}
	const acceptors = 3
	came, taken := 0, 0
	for range acceptors {
		m.rt.Spawn(func() {
			if _, err := l.AcceptTCP(); err == nil {
				taken++
			}
		})
	}
	m.waits = append(m.waits, &modelled{name: "some accept", happened: func() bool { return taken < min(came, acceptors) }})
	for range m.w.Rand().IntN(4) {
		m.rt.Spawn(func() {
			_ = m.rt.Sleep(m.sometime())
			if _, err := m.rt.DialTCP(l.Addr().String()); err == nil {
				came++
			}
		})
	}
	return nil
}

func (m *waitModels) sleeps() error {
	d := upTo(m.w, 2*(actionsEnd+quiet))
	due := m.w.Elapsed() + d
	m.wait("a sleep", func() bool { return m.w.Elapsed() >= due }, func() { _ = m.rt.Sleep(d) })
	m.wait("a task's timeout", func() bool { return m.w.Elapsed() >= due }, func() {
		_ = m.rt.WithTimeout(d, func() error { _, err := eddy.Await[struct{}](m.rt, never{}); return err })
	})
	return nil
}

// joins waits for a task, which ends or is cancelled, or not.
func (m *waitModels) joins() error {
	ends := &signal{}
	h := eddy.SpawnFuture[struct{}](m.rt, ends)
	canceled := false
	for range 2 {
		m.wait("a join", func() bool { return ends.fired || canceled }, func() { _, _ = h.Join() })
	}
	switch m.w.Rand().IntN(3) {
	case 0:
		m.w.After(m.sometime(), func() { m.w.Outside(m.subject, ends.fire) })
	case 1:
		m.rt.Spawn(func() {
			_ = m.rt.Sleep(m.sometime())
			canceled = true
			h.Cancel()
		})
	}
	return nil
}

// signals waits for what comes from outside.
func (m *waitModels) signals() error {
	s := &signal{}
	m.wait("a signal", func() bool { return s.fired }, func() { _, _ = eddy.Await[struct{}](m.rt, s) })
	if m.w.Rand().IntN(2) == 0 {
		m.w.After(m.sometime(), s.fire)
	}
	return nil
}

func (m *waitModels) offloads() error {
	for range 3 {
		m.wait("an offload", func() bool { return true }, func() {
			_, _ = eddy.Await(m.rt, eddy.Offload(m.rt, func() (int, error) { return 1, nil }))
		})
	}
	return nil
}

// closes waits for a stream that somebody closes.
func (m *waitModels) closes() error {
	s, err := m.connect(func(*eddy.Runtime, *eddy.TCPStream) {})
	if err != nil {
		return err
	}
	closed := false
	m.wait("a read of a stream that is closed", func() bool { return closed }, func() { _, _ = s.Read(make([]byte, 1)) })
	m.wait("a write to a stream that is closed", func() bool { return closed }, func() { _, _ = s.Write(make([]byte, 1<<20)) })
	if m.w.Rand().IntN(2) == 0 {
		m.w.After(m.sometime(), func() { m.w.Outside(m.subject, func() { closed = true; s.Close() }) })
	}
	return nil
}

// deadlines waits for a stream that is given a deadline meanwhile.
func (m *waitModels) deadlines() error {
	s, err := m.connect(func(*eddy.Runtime, *eddy.TCPStream) {})
	if err != nil {
		return err
	}
	due := time.Duration(1<<63 - 1)
	m.wait("a read under a deadline", func() bool { return m.w.Elapsed() >= due }, func() { _, _ = s.Read(make([]byte, 1)) })
	if m.w.Rand().IntN(2) == 0 {
		d := upTo(m.w, 2*quiet)
		m.w.After(m.sometime(), func() {
			m.w.Outside(m.subject, func() {
				due = m.w.Elapsed() + d
				_ = s.SetDeadline(m.w.Now().Add(d))
			})
		})
	}
	return nil
}

// readable waits for something to read, without reading it.
func (m *waitModels) readable() error {
	sent := false
	s, err := m.connect(func(rt *eddy.Runtime, s *eddy.TCPStream) {
		if m.w.Rand().IntN(2) == 0 {
			_ = rt.Sleep(m.sometime())
			_, _ = s.Write([]byte{1})
			sent = true
		}
	})
	if err != nil {
		return err
	}
	m.wait("a read of one byte", func() bool { return sent }, func() {
		_, _ = eddy.Await(m.rt, s.Readable())
		_, _ = s.Read(make([]byte, 1))
	})
	return nil
}
