package load_test

import (
	"errors"
	"io"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/cmd/echo-server/internal/load"
	"github.com/eddy-go/eddy/sim"
)

// oneWay is the latency of a simulated link.
const oneWay = time.Millisecond

// peer serves one connection, the one with this number in the order of the accepts.
type peer func(rt *eddy.Runtime, number int, s *eddy.TCPStream)

func echo(_ *eddy.Runtime, _ int, s *eddy.TCPStream) { s.WriteTo(s) }

// rig is a peer and a run in a world of their own.
type rig struct {
	w      *sim.World
	server *sim.Host
	client *sim.Host
	run    *load.Run
	handle *eddy.Handle // of the client
}

// newRig starts both. The link has a fixed latency, so that times are exact.
func newRig(w *sim.World, p load.Plan, serve peer) *rig {
	r := &rig{w: w}
	r.server = w.Host("server", func(rt *eddy.Runtime) error {
		l, err := rt.ListenTCP(":7")
		if err != nil {
			return err
		}
		for number := 0; ; number++ {
			s, err := l.AcceptTCP()
			if err != nil {
				return err
			}
			rt.Spawn(func() {
				defer s.Close()
				serve(rt, number, s)
			})
		}
	})
	w.Run(time.Second)
	if p.Address == "" {
		p.Network, p.Address = "tcp", r.server.Address(7)
	}
	r.client = w.Host("client", func(rt *eddy.Runtime) error {
		r.handle = rt.Handle()
		defer r.handle.Release()
		r.run = load.New(rt, p)
		if err := r.run.Do(); !errors.Is(err, eddy.ErrCanceled) {
			return err
		}
		return nil
	})
	w.Link(r.server, r.client).Latency = [2]time.Duration{oneWay, oneWay}
	return r
}

// interrupt is what a first signal does.
func (r *rig) interrupt(t *testing.T) {
	t.Helper()
	if err := r.handle.Spawn(r.run.Interrupt); err != nil {
		t.Fatal(err)
	}
}

// result waits for the end of the run.
func (r *rig) result(t *testing.T) *load.Result {
	t.Helper()
	if !r.w.RunUntil(r.client.Done) || r.client.Err() != nil {
		t.Fatalf("the run does not end (%v):\n%s", r.client.Err(), r.w.Dump())
	}
	return r.run.Result()
}

// plan is a small closed loop, changed as a test wants it.
func plan(change func(p *load.Plan)) load.Plan {
	p := load.Plan{Connections: 1, Messages: 10, Size: 100, Depth: 1, Timeout: 5 * time.Second}
	if change != nil {
		change(&p)
	}
	return p
}

// against does a run against a peer and returns its result.
func against(t *testing.T, serve peer, change func(p *load.Plan)) (result *load.Result) {
	t.Helper()
	sim.Run(t, 1, func(w *sim.World) { result = newRig(w, plan(change), serve).result(t) })
	return result
}

// altering echoes what alter makes of each read; offset is where in the stream it begins. It ends as echo does.
func altering(alter func(number int, offset uint64, p []byte) []byte) peer {
	return func(_ *eddy.Runtime, number int, s *eddy.TCPStream) {
		buf := make([]byte, 8<<10)
		for offset := uint64(0); ; {
			n, err := s.Read(buf)
			if err != nil {
				return
			}
			if _, err := s.Write(alter(number, offset, buf[:n])); err != nil {
				return
			}
			offset += uint64(n)
		}
	}
}

// wellDone checks a result of which nothing is wrong: all that was sent came back.
func wellDone(t *testing.T, r *load.Result, messages uint64) {
	t.Helper()
	n, size := r.Totals, uint64(r.Plan.Size)
	if r.Failed() || r.Lost != 0 || len(r.Failures) != 0 {
		t.Errorf("failures: %v", r.Failures)
	}
	if n.MessagesSent != messages || n.MessagesEchoed != messages || n.BytesSent != messages*size || n.BytesReceived != messages*size {
		t.Errorf("%+v, want %d messages of %d bytes", n, messages, size)
	}
}

// onlyFailure checks that a result has one failure, and returns it.
func onlyFailure(t *testing.T, r *load.Result, kind load.Kind) load.Failure {
	t.Helper()
	if len(r.Failures) != 1 || r.Failures[0].Kind != kind || r.ByKind[kind] != 1 {
		t.Fatalf("%v, want one failure of the kind %v", r.Failures, kind)
	}
	return r.Failures[0]
}

// readAndDiscard takes in what comes and answers nothing.
func readAndDiscard(_ *eddy.Runtime, _ int, s *eddy.TCPStream) { io.Copy(io.Discard, s) }
