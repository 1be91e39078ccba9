package eddy

import (
	"github.com/eddy-go/eddy/future"
	"github.com/eddy-go/eddy/internal/reactor"
)

// Readable returns a future that is done when a Read would not wait: there are bytes, the end, or an error. It holds
// no buffer. It may be done too early: the Read then waits. From a task.
func (s *TCPStream) Readable() Future[struct{}] {
	return &readiness{s: s, direction: readDirection, busy: true}
}

// readiness is the wait for one direction's flag.
type readiness struct {
	s         *TCPStream
	wait      reactor.Waiter
	direction whichDirection
	busy      bool // begun and not ended
}

func (r *readiness) Poll(cx *future.Context) (struct{}, error) {
	if !r.busy {
		future.PolledAfterDone("Readable")
	}
	err := r.poll(cx)
	if err != future.Pending {
		r.Cancel()
	}
	return struct{}{}, err
}

func (r *readiness) poll(cx *future.Context) error {
	s, d := r.s, r.s.direction(r.direction)
	if !cx.Spend() { // as in a read
		return future.Pending
	}
	if err := s.ready(r.direction.op(), s.deadline(r.direction)); err != nil {
		return err
	}
	if d.Ready() && d.First(&r.wait) || r.direction == readDirection && s.ended {
		return nil
	}
	return s.park(cx, r.direction, &r.wait)
}

// Cancel implements Future.
func (r *readiness) Cancel() {
	r.s.direction(r.direction).Leave(&r.wait)
	r.busy = false
}

// String says what the wait is for, in task dumps.
func (r *readiness) String() string {
	if r == &r.s.waiter {
		return "read " + r.s.String() // of Read and WriteTo
	}
	return r.direction.op() + "able " + r.s.String()
}

// awaitReadable parks until a read need not wait. It is Await of Readable with fewer frames: a parked task keeps its
// stack, and this wait, the longest in a server's life, fits the smallest one (2 KB; the next would be 4).
//
// waited says that the operation has waited before, and that ended by readiness which proved false. Then the peer's
// silence does not count anew, or a peer that sends urgent bytes now and then would never be idle (F18).
func (s *TCPStream) awaitReadable(waited *bool) error {
	c := s.rt.exec.Current("Read")
	r := &s.waiter
	if r.busy {
		r = &readiness{s: s, direction: readDirection} // two reads: this one fails if it has to wait
	}
	r.busy = true
	defer r.Cancel()
	for {
		if err := c.Spend(); err != nil {
			return err
		}
		if err := s.ready("read", &s.readDeadline); err != nil {
			return err
		}
		if s.ended || s.source.Read.Ready() && s.source.Read.First(&r.wait) {
			return nil
		}
		s.idle.begin(!*waited)
		*waited = true
		if err := s.source.Read.WaitAlone(&r.wait, c.LocalWaker(), s.rt.waitingTask()); err != nil {
			return s.opError("read", err)
		}
		c.Pause(r)
	}
}

// park joins the queue of a direction. Writes queue; a second read that waits is an error that names both.
func (s *TCPStream) park(cx *future.Context, direction whichDirection, w *reactor.Waiter) error {
	s.idle.begin(true)
	if direction == writeDirection {
		s.source.Write.Wait(w, cx.LocalWaker(), s.rt.waitingTask())
		return future.Pending
	}
	if err := s.source.Read.WaitAlone(w, cx.LocalWaker(), s.rt.waitingTask()); err != nil {
		return s.opError("read", err)
	}
	return future.Pending
}

// whichDirection names one of the two directions of a stream.
type whichDirection uint8

const (
	readDirection whichDirection = iota
	writeDirection
)

func (w whichDirection) op() string {
	if w == readDirection {
		return "read"
	}
	return "write"
}

// direction returns the source's flag and queue of a direction.
func (s *TCPStream) direction(w whichDirection) *reactor.Direction {
	if w == readDirection {
		return &s.source.Read
	}
	return &s.source.Write
}

func (s *TCPStream) deadline(w whichDirection) *deadline {
	if w == readDirection {
		return &s.readDeadline
	}
	return &s.writeDeadline
}
