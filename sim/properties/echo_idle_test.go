package properties_test

import (
	"io"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/future"
	"github.com/eddy-go/eddy/sim"
)

// idleBound is how much later than its time a client may be dropped. Picked: more than the longest withheld event.
const idleBound = 100 * time.Millisecond

// F18, F19: a client that says nothing, and one that sends and never reads, are dropped when their time is over, not
// before and not much later, whatever false events there are. What the server has taken from a client that never reads
// is no more than the buffers on the way back and what one handler has in hand.
func TestIdleClientsAreDropped(t *testing.T) {
	const timeout, buffer = 3 * time.Second, 16 << 10
	sim.Run(t, 1, func(w *sim.World) {
		deafClient := w.Rand().IntN(2) == 0
		var taken int
		var since, dropped time.Duration
		server := listening(w, func(rt *eddy.Runtime, s *eddy.TCPStream) {
			moved := func() { since = w.Elapsed() }
			moved()
			s.SetIdleTimeout(timeout)
			back := &noting{rt: rt, s: s, moved: moved}
			io.Copy(back, s)
			dropped, taken = w.Elapsed(), back.given
		})
		client := w.Host("client", func(rt *eddy.Runtime) error {
			s, err := rt.DialTCP(server.Address(echoPort))
			if err != nil {
				return err
			}
			defer s.Close()
			s.SetDeadline(rt.Now().Add(3 * timeout))
			for range 64 {
				if !deafClient {
					break
				}
				if _, err := s.Write(pattern[:8<<10]); err != nil {
					return nil // dropped while it wrote
				}
			}
			return rt.Sleep(3 * timeout)
		})
		link := w.Link(server, client)
		link.SendBuffer, link.RecvBuffer = buffer, buffer
		w.SetFaults(unnoticed())
		wantEnd(t, w, client, 10*timeout)
		if dropped == 0 || dropped < since+timeout || dropped > since+timeout+idleBound {
			t.Errorf("the last byte moved at %v, and the client was dropped at %v", since, dropped)
		}
		if most := 2*buffer + 64<<10; taken > most {
			t.Errorf("the server took %d bytes from a client that reads none, and %d are the most", taken, most)
		}
	})
}

// noting is a stream that notes how much was given to write, and when bytes came in or went out.
type noting struct {
	rt    *eddy.Runtime
	s     *eddy.TCPStream
	given int
	moved func()
}

func (w *noting) Write(p []byte) (int, error) {
	w.given += len(p)
	w.moved() // they have just come in
	return eddy.Await[int](w.rt, &notedWrite{WriteFuture: w.s.WriteFuture(p), moved: w.moved})
}

// notedWrite is a write that tells of each part that went out.
type notedWrite struct {
	*eddy.WriteFuture
	before int
	moved  func()
}

// Poll implements future.Future.
func (f *notedWrite) Poll(cx *future.Context) (int, error) {
	n, err := f.WriteFuture.Poll(cx)
	if f.Written() > f.before {
		f.before = f.Written()
		f.moved()
	}
	return n, err
}
