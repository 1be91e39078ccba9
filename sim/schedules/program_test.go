package schedules_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/future"
	"github.com/eddy-go/eddy/sim"
)

// town is a world with a server and a client, in which any fault may happen.
type town struct {
	t              *testing.T
	w              *sim.World
	server, client *sim.Host

	handle *eddy.Handle // of the client
	worker *eddy.JoinHandle[struct{}]
	served int
	coming int // tasks from outside that have not run yet
}

func newTown(t *testing.T, w *sim.World) *town {
	f := sim.Chaos()
	for i := range f { // the tape says when: no episodes
		f[i].Calm, f[i].Episode = 0, 0
	}
	f[sim.SlowOffload] = sim.Rate{} // it outlives the runtime's grace
	w.SetFaults(f)
	v := &town{t: t, w: w}
	v.server = w.Host("server", v.serve)
	v.client = w.Host("client", v.ask)
	l := w.Link(v.server, v.client)
	l.SendBuffer, l.RecvBuffer = 1<<10, 2<<10
	return v
}

const port = 7

// serve sends back what comes, and resets nobody.
func (v *town) serve(rt *eddy.Runtime) error {
	l, err := rt.ListenTCP(":7")
	if err != nil {
		return err
	}
	for {
		s, err := l.AcceptTCP()
		if err != nil {
			return err
		}
		v.served++
		rt.Spawn(func() {
			defer s.Close()
			_ = s.SetIdleTimeout(time.Minute)
			_, _ = io.Copy(s, s)
		})
	}
}

// ask has a worker for the conversations, and checks that it leaves nothing behind.
func (v *town) ask(rt *eddy.Runtime) error {
	v.handle = rt.Handle()
	defer v.handle.Release()
	v.worker = eddy.Spawn(rt, func() (struct{}, error) { return struct{}{}, v.work(rt) })
	if _, err := v.worker.Join(); err != nil && rt.Context().Err() != nil {
		return err
	}
	if err := rt.Sleep(10 * time.Second); err != nil { // what was closed lingers
		return err
	}
	if s := rt.Stats(); s.Tasks != 1+v.coming || s.Sources != 0 || s.Timers != 0 {
		v.t.Errorf("the worker has left %d tasks, %d sources and %d timers: %v", s.Tasks-1-v.coming, s.Sources, s.Timers, rt.Tasks())
	}
	return nil
}

// work waits in many ways.
func (v *town) work(rt *eddy.Runtime) error {
	talks := make([]eddy.Future[struct{}], 2)
	for i := range talks {
		talks[i] = eddy.Async(rt, func() (struct{}, error) { return struct{}{}, v.talk(rt, byte(i)) })
	}
	if _, err := eddy.Await(rt, future.JoinAll(talks...)); err != nil {
		return err
	}
	begin := rt.Now()
	if err := rt.WithTimeout(time.Second, func() error { return v.pairUp(rt) }); err != nil && rt.Context().Err() != nil {
		return err
	}
	if took := rt.Now().Sub(begin); took > time.Second+time.Millisecond {
		v.t.Errorf("a timeout of a second ended after %v", took)
	}
	_, err := eddy.Await(rt, future.Race(
		eddy.Offload(rt, func() (struct{}, error) { return struct{}{}, nil }),
		eddy.Sleep(time.Millisecond),
	))
	return err
}

// talk sends a message and wants to have it back, or to be told why not.
func (v *town) talk(rt *eddy.Runtime, tag byte) error {
	s, err := rt.DialTCPTimeout(v.server.Address(port), 10*time.Second)
	if err != nil {
		return rt.Context().Err()
	}
	defer s.Close()
	_ = s.SetDeadline(rt.Now().Add(time.Minute))
	message := bytes.Repeat([]byte{tag, 'a', 'b', 'c', 'd'}, 1000)
	reads := eddy.Spawn(rt, func() ([]byte, error) {
		got := make([]byte, len(message))
		n, err := io.ReadFull(s, got)
		return got[:n], err
	})
	defer reads.Cancel()
	_, writeErr := s.Write(message)
	got, err := reads.Join()
	switch {
	case !bytes.HasPrefix(message, got):
		return v.wrong("talk %d got something else than it had sent", tag)
	case writeErr == nil && (errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)): // else the write had the error
		return v.wrong("talk %d: the server ended in order after %d of %d bytes", tag, len(got), len(message))
	case err == nil && writeErr != nil && rt.Context().Err() == nil:
		return v.wrong("talk %d got everything, although its write failed: %v", tag, writeErr)
	}
	return rt.Context().Err()
}

func (v *town) wrong(format string, args ...any) error {
	v.t.Errorf(format, args...)
	return fmt.Errorf(format, args...)
}

// pairUp connects two tasks by a Unix socket.
func (v *town) pairUp(rt *eddy.Runtime) error {
	l, err := rt.ListenUnix("/pair")
	if err != nil {
		return err
	}
	defer l.Close()
	other := rt.Spawn(func() {
		if s, err := rt.DialUnix("/pair"); err == nil {
			_, _ = io.Copy(s, s)
			s.Close()
		}
	})
	defer other.Cancel()
	s, err := l.AcceptTCP()
	if err != nil {
		return err
	}
	defer s.Close()
	if _, err := s.Write([]byte("hello")); err != nil {
		return err
	}
	if _, err := eddy.Await(rt, s.Readable()); err != nil {
		return err
	}
	_, err = io.ReadFull(s, make([]byte, 5))
	return err
}
