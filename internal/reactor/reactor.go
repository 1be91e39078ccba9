// Package reactor turns what the kernel reports into wakes: token to source, source to waiters, deadline to waker.
//
// A [Reactor] owns the poll of one kernel, the table of registered sources and the timers. A [Source] is one
// descriptor with two directions; a [Direction] is a readiness flag and a queue of waiters; a [Waiter] lives inside
// the operation that waits. Only the loop's goroutine may touch any of them.
//
// What callers may rely on:
//
//   - Readiness is a flag that stays up until somebody learns that it does not hold any more. So an operation makes
//     its call first where the flag is up, and waits only after the call has said EAGAIN.
//   - The directions of a source share no flag and no waiter: clearing or waiting in one never touches the other (F5).
//   - A wake only enqueues. Nothing is polled from inside this package (F28).
//   - An event whose token names a source that is gone is dropped and counted, also when the source went away after
//     the event was fetched (F1).
//   - No timer fires early (F16).
//
// The reactor knows no task, makes no system call but the poll's, moves no byte and closes no descriptor: whoever
// registered one closes it, after Deregister (F3).
package reactor

import (
	"errors"
	"fmt"
	"syscall"
	"time"

	"github.com/eddy-go/eddy/future"
	"github.com/eddy-go/eddy/internal/kernel"
)

// eventsPerWait is how many events one Wait takes at most: a page of them on 64-bit systems. Picked, not measured. An
// event only raises a flag and enqueues a waker, so a large batch delays nobody, and it saves waits when thousands of
// sources are busy.
const eventsPerWait = 256

// errTokensSpent is the failure of Register when no slot is left.
var errTokensSpent = errors.New("no token is left")

// A Reactor is the poll of one runtime. Make it with New. It implements future.Clock.
type Reactor struct {
	kernel   kernel.Kernel
	slots    slots
	waiting  int // waiters in the queues of all sources
	rejected uint64

	sample time.Duration // the clock as this turn saw it; never ahead of the clock
	timers timerHeap
	due    []future.LocalWaker // of the timers that FireTimers has moved aside; empty between its calls

	events [eventsPerWait]kernel.Event
}

// New returns a reactor on k. The reactor does not own k: whoever made k ends it, after the last Deregister.
func New(k kernel.Kernel) *Reactor {
	return &Reactor{
		kernel: k,
		slots:  slots{slotBits: slotBits, generationBits: generationBits},
		sample: k.Now(),
	}
}

// Register makes fd known to the kernel, for both directions at once, as s, a zero Source of owner's. Both flags are
// down: what is ready already, the kernel reports in the next Wait. owner names the source in errors; it is formatted
// only then. On failure s is a zero Source again.
//
// A descriptor is registered once in its life. A second attempt is an error that names the first source and wraps
// EEXIST (F6). A dialling socket is registered after its dial was started, never before (F34).
func (r *Reactor) Register(s *Source, fd int, kind Kind, owner fmt.Stringer) error {
	*s = Source{reactor: r, fd: int32(fd), kind: kind, owner: owner}
	err := r.register(s)
	if err != nil {
		*s = Source{}
	}
	return err
}

func (r *Reactor) register(s *Source) error {
	slot, ok := r.slots.take(s)
	if !ok {
		return fmt.Errorf("reactor: cannot register %v: %w", s, errTokensSpent)
	}
	s.slot = slot
	if errno := r.kernel.Register(s.FD(), s.Token()); errno != 0 {
		r.slots.release(slot)
		if first := r.slots.find(s.FD()); errno == syscall.EEXIST && first != nil {
			return fmt.Errorf("reactor: cannot register %v: its descriptor is already registered as %v: %w", s, first, errno)
		}
		return fmt.Errorf("reactor: cannot register %v: %w", s, errno)
	}
	s.registered = true
	return nil
}

// Deregister ends a source: the kernel forgets the descriptor, the token becomes stale (also for events that are
// fetched already), and every waiter of both directions is woken, to find its operation closed. The caller closes the
// descriptor afterwards. Deregistering a source again does nothing.
//
// What the kernel answers is of no interest: there is nothing left to undo, and a late event is rejected by its token.
func (r *Reactor) Deregister(s *Source) {
	if !s.registered {
		return
	}
	s.registered = false
	r.kernel.Deregister(s.FD())
	r.slots.release(s.slot)
	s.ready = [2]bool{} // nobody may try a call on a number that will name another file
	s.Read().WakeAll()
	s.Write().WakeAll()
}

// Wait waits in the kernel once, takes a new sample of the clock and turns the events into flags and wakes. timeout
// is the kernel's: negative waits for ever, 0 does not wait. The error, if any, wraps the kernel's error number;
// events that came with it have been delivered all the same (F27).
func (r *Reactor) Wait(timeout time.Duration) error {
	n, errno := r.kernel.Wait(r.events[:], timeout)
	r.Refresh()
	r.deliver(r.events[:n])
	if errno != 0 {
		return fmt.Errorf("reactor: %s wait: %w", r.kernel.Name(), errno)
	}
	return nil
}

// deliver hands every event of a batch to its source. It has no early way out, so that no source misses an edge that
// the kernel will not report again (F27). That holds when a waker panics, too, although a waker that only enqueues
// has no reason to: the rest is delivered, then the panic goes on.
func (r *Reactor) deliver(batch []kernel.Event) {
	done := 0
	defer func() {
		if done < len(batch) {
			r.deliver(batch[done:])
		}
	}()
	for i := range batch {
		done = i + 1
		token := batch[i].Token
		if token == kernel.WakeToken {
			continue // it has ended the wait, which is all that it is for
		}
		// Looked up one by one: the source may have gone away since the wait returned (F1).
		if s := r.slots.at(token); s != nil {
			s.raise(batch[i].Ready)
		} else {
			r.rejected++
		}
	}
}

// Sources returns how many sources are registered.
func (r *Reactor) Sources() int { return r.slots.live }

// EachSource calls do for the sources that are registered. It may deregister any of them; those that it registers may be
// among them.
func (r *Reactor) EachSource(do func(*Source)) {
	for i := 0; i < len(r.slots.entries); i++ {
		if s := r.slots.entries[i].source; s != nil {
			do(s)
		}
	}
}

// Waiting returns how many waiters stand in the queues of all sources.
func (r *Reactor) Waiting() int { return r.waiting }

// Rejected returns how many events came with a token of a source that was gone.
func (r *Reactor) Rejected() uint64 { return r.rejected }
