// Package simnet is a network of simulated hosts in one process: each has a kernel that behaves as Linux does, on
// virtual time, with faults drawn from a tape.
//
// Nothing here runs by itself. Whoever drives the network asks Next when something will happen, moves the clock with
// Advance, and runs the hosts whose kernels are Runnable. Everything belongs to the driver's goroutine and those it
// switches to (the hosts' loops), except Kernel.Wake, which is for any goroutine.
//
// Within a host's turn no time passes. Every effect on another socket travels for some time, also within a host, and a
// wait that finds nothing takes a microsecond at least. An idle connection costs nothing: timers are set only where
// something was lost or may be.
//
// What is not as on Linux, apart from what takes how long:
//
//   - Descriptors are numbers of the simulation, not of the process: a Control function must not make system calls with
//     them. They can be given to the calls of the Kernel.
//   - Nobody sends urgent data, and there is nothing but stream sockets. Unix sockets pass no descriptors.
//   - A sender sees the receiver's room as it is when it sends; there is no congestion control, no out-of-order segment
//     and no Nagle: OptNoDelay means nothing. Buffers hold as many bytes as their size, and their size is fixed.
//   - A connection that was cut off goes on with the next retransmission, even if it has something new to say before.
//   - There is no TIME_WAIT: a port is free when its socket is closed. A connection that is closed and waits for the end
//     of its peer's stream waits for ever, not for a minute.
//   - A place in a listener's queue is taken by the syn, not by the ack.
//   - Nobody connects to himself, nor do two sockets connect to each other at the same time.
//   - Hosts have no link-local addresses, so zones mean nothing. There are no directories and no file modes.
package simnet

import (
	"math"
	"time"

	"github.com/eddy-go/eddy/internal/tape"
)

// Net is a network with its hosts and its clock.
type Net struct {
	tape   *tape.Tape
	epoch  time.Time
	now    time.Duration
	alarms alarms
	hosts  []*Host
	wires  map[[2]int]*wire // looked up, never ranged over
	faults [FaultKinds]fault
	calls  uint64
	rings  rings
}

// New returns an empty network whose clock stands at 0. epoch is the wall clock's reading at 0.
func New(t *tape.Tape, epoch time.Time) *Net {
	return &Net{tape: t, epoch: epoch, wires: make(map[[2]int]*wire)}
}

// Now is the virtual time since the network was made.
func (n *Net) Now() time.Duration { return n.now }

// Next tells when something will happen by itself: a delivery, a retransmission, the end of a kernel's wait, a
// function of After. ok is false when nothing ever will. It may lie in the present, never in the past.
func (n *Net) Next() (at time.Duration, ok bool) {
	at, ok = n.alarms.next()
	return max(at, n.now), ok
}

// Advance moves the clock to a time and makes happen what is due up to it, in order.
func (n *Net) Advance(to time.Duration) {
	for {
		at, ok := n.alarms.next()
		if !ok || at > to {
			break
		}
		n.now = max(n.now, at)
		a := n.alarms.heap[0].alarm
		n.alarms.stop(a)
		a.owner.happen(a.which)
	}
	n.now = max(n.now, to)
}

// After calls fn when d has passed.
func (n *Net) After(d time.Duration, fn func()) {
	c := &call{fn: fn}
	n.in(c.alarm.of(c, called), d)
}

// Calls is how many kernel calls all hosts have made.
func (n *Net) Calls() uint64 { return n.calls }

// call is a function that is called at a time.
type call struct {
	fn    func()
	alarm alarm
}

func (c *call) happen(happening) { c.fn() }

// of names the owner of an alarm.
func (a *alarm) of(o owner, which happening) *alarm {
	a.owner, a.which = o, which
	return a
}

// in sets an alarm for when d has passed. Times beyond the clock's end are its end.
func (n *Net) in(a *alarm, d time.Duration) { n.alarms.set(a, n.from(d)) }

// from returns the time when d, which may be of any length, has passed.
func (n *Net) from(d time.Duration) time.Duration {
	if d > math.MaxInt64-n.now {
		return math.MaxInt64
	}
	return n.now + d
}

// note writes down what happens in the network.
func (n *Net) note(h *Host, what string, fd int, arg, result uint64, errno uintptr) {
	n.tape.Record(tape.Entry{At: n.now, Host: h.name, What: what, FD: fd, Arg: arg, Result: result, Errno: errno})
}
