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
	if err := s.ready(r.direction.op(), r.direction); err != nil {
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
func (r *readiness) String() string { return r.direction.op() + "able " + r.s.String() }

// awaitReadable parks until a read need not wait. It is Await of Readable with fewer frames: a parked task keeps its
// stack, and this wait, the longest in a server's life, fits the smallest one (2 KB; the next would be 4).
//
// Where the loop copies meanwhile, it returns also if that has left something over.
func (s *TCPStream) awaitReadable(w *readWait) error {
	c, d := s.rt.exec.Current("Read"), s.source.Read()
	for {
		if err := c.Spend(); err != nil {
			return err
		}
		if err := s.ready("read", readDirection); err != nil {
			return err
		}
		if s.ended || d.Ready() && d.First(nil) {
			return nil
		}
		s.beginWait(!w.waited)
		w.waited = true
		if !d.First(nil) {
			return s.opError("read", d.Taken(s.rt.waitingTask()))
		}
		d.Wait(&s.reader, c.LocalWaker(), s.rt.waitingTask())
		if w.to == nil {
			c.Pause((*reading)(s))
		} else {
			s.to, s.passed = w.to, 0 // a forced end may have left something
			c.PauseStepping((*copying)(s))
			w.passed += s.passed // before another copy may wait
			s.to, s.passed = nil, 0
		}
		d.Leave(&s.reader)
		if s.rt.leftover.buf != nil {
			return nil
		}
	}
}

// readWait is what an operation that reads knows of its waits.
type readWait struct {
	// waited says that the operation has waited before, and that ended by readiness which proved false. Then the peer's
	// silence does not count anew, or a peer that sends urgent bytes now and then would never be idle (F18).
	waited bool
	to     *TCPStream // where the loop may copy to meanwhile; nil: nowhere
	passed int64      // what it has copied
}

// reading is a stream as what a Read or WriteTo waits for: it says so in task dumps.
type reading TCPStream

func (r *reading) String() string { return "read " + (*TCPStream)(r).String() }

// park joins the queue of a direction. Writes queue; a second read that waits is an error that names both.
func (s *TCPStream) park(cx *future.Context, direction whichDirection, w *reactor.Waiter) error {
	s.beginWait(true)
	if direction == writeDirection {
		s.source.Write().Wait(w, cx.LocalWaker(), s.rt.waitingTask())
		return future.Pending
	}
	if err := s.source.Read().WaitAlone(w, cx.LocalWaker(), s.rt.waitingTask()); err != nil {
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

// direction returns the flag and the queue of a direction.
func (s *TCPStream) direction(w whichDirection) reactor.Direction {
	if w == readDirection {
		return s.source.Read()
	}
	return s.source.Write()
}
