package properties_test

import (
	"encoding/binary"
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/sim"
)

// F5: the messages of tasks that write to one stream arrive whole, whatever the kernel takes at a time. Where one of them
// is abandoned half-way, what came before is whole, exactly as much of it arrives as was said, and nothing follows.
func TestWritesAreWhole(t *testing.T) {
	eddytest.Baseline(t)
	sim.Run(t, 1, func(w *sim.World) {
		f := withFaults()
		for _, ends := range []sim.Fault{sim.Reset, sim.HalfOpen, sim.AcceptBroken} {
			f[ends] = sim.Rate{}
		}
		f[sim.ShortWrite] = sim.Rate{Chance: 0.5}
		w.SetFaults(f)
		m := &mixer{t: t, w: w, abandon: w.Rand().IntN(2) == 0}
		reader := w.Host("reader", m.read)
		writer := w.Host("writer", func(rt *eddy.Runtime) error { return m.write(rt, reader.Address(peerPort)) })
		l := w.Link(reader, writer)
		l.SendBuffer, l.RecvBuffer = 1<<10, 2<<10
		if !w.RunUntil(func() bool { return reader.Done() && writer.Done() }) {
			t.Error("the stream never ends")
		}
		m.check()
	})
}

// mixer has several tasks write to one stream.
type mixer struct {
	t       *testing.T
	w       *sim.World
	abandon bool // one of them does not wait for the end
	sent    int  // bytes that went out, as the writes say
	broken  bool
	got     []byte
}

func (m *mixer) read(rt *eddy.Runtime) error {
	l, err := rt.ListenTCP(":7")
	if err != nil {
		return err
	}
	defer l.Close()
	s, err := l.AcceptTCP()
	if err != nil {
		return err
	}
	defer s.Close()
	for b := make([]byte, 1000); err == nil; {
		if m.w.Rand().IntN(4) == 0 {
			_ = rt.Sleep(upTo(m.w, 10*time.Millisecond))
		}
		var n int
		n, err = s.Read(b)
		m.got = append(m.got, b[:n]...)
	}
	if err == io.EOF {
		return nil
	}
	return err
}

func (m *mixer) write(rt *eddy.Runtime, address string) error {
	s, err := rt.DialTCP(address)
	if err != nil {
		return err
	}
	defer s.Close()
	var writers []*eddy.JoinHandle[struct{}]
	for tag := range 4 {
		writers = append(writers, rt.Spawn(func() {
			for range 3 {
				m.writeOne(rt, s, message(byte(tag), m.w.Rand().IntN(4000)))
			}
		}))
	}
	if m.abandon {
		p := message(9, 4000)
		f := s.WriteFuture(p)
		_, _ = eddy.Await(rt, eddy.Timeout[int](upTo(m.w, 5*time.Millisecond), f))
		m.sent += f.Written()
		m.broken = f.Written() > 0 && f.Written() < len(p)
		if _, err := s.Write([]byte("x")); m.broken && !errors.Is(err, eddy.ErrPartialWrite) {
			m.t.Errorf("a write after one that was abandoned: %v", err)
		} else if err == nil {
			m.sent++
		}
	}
	for _, h := range writers {
		if _, err := h.Join(); err != nil {
			return err
		}
	}
	return nil
}

// writeOne writes a message in one of the ways that there are.
func (m *mixer) writeOne(rt *eddy.Runtime, s *eddy.TCPStream, p []byte) {
	var n int
	var err error
	switch m.w.Rand().IntN(3) {
	case 0:
		n, err = s.Write(p)
	case 1:
		n, err = eddy.Await[int](rt, s.WriteFuture(p))
	case 2:
		var n64 int64
		n64, err = s.WriteBuffers(&net.Buffers{p[:1], p[1:3], p[3:]})
		n = int(n64)
	}
	m.sent += n
	if (err != nil || n != len(p)) && !(m.broken && n == 0 && errors.Is(err, eddy.ErrPartialWrite)) {
		m.t.Errorf("%d of %d bytes were written: %v", n, len(p), err)
	}
}

// message is a tag, a length, and the tag so many times.
func message(tag byte, n int) []byte {
	p := make([]byte, 3+n)
	p[0] = tag
	binary.BigEndian.PutUint16(p[1:], uint16(n))
	for i := range n {
		p[3+i] = tag
	}
	return p
}

// check takes apart what has arrived.
func (m *mixer) check() {
	if len(m.got) != m.sent {
		m.t.Errorf("%d bytes were sent and %d arrived", m.sent, len(m.got))
	}
	for b := m.got; len(b) > 0; {
		if b[0] == 'x' {
			b = b[1:]
			continue
		}
		if len(b) < 3 || len(b) < 3+int(binary.BigEndian.Uint16(b[1:])) {
			if !m.broken || b[0] != 9 {
				m.t.Errorf("the stream ends in a message of task %d", b[0])
			}
			return
		}
		n := int(binary.BigEndian.Uint16(b[1:]))
		for _, c := range b[3 : 3+n] {
			if c != b[0] {
				m.t.Fatalf("a message of task %d has bytes of %d", b[0], c)
			}
		}
		b = b[3+n:]
	}
}
