//go:build linux

package differential

import (
	"bytes"
	"slices"

	"golang.org/x/sys/unix"
)

// An explanation is a kind of difference that is to be expected.
type explanation struct {
	name   string
	reason string // what of the system leaves it open
	holds  func(one, other Result, d difference) bool
}

// explained are all differences that are allowed.
var explained = []explanation{
	{
		name: "size of buffers",
		reason: "How much of a write has gone out when something ends it is what the buffers on the way hold. Linux sizes " +
			"them by what the connection has carried, and counts its own overhead.",
		holds: sizeOfBuffers,
	},
	{
		name: "who is told of a reset",
		reason: "Linux keeps one pending error for a socket and tells it once. Where a read and a write wait at the same " +
			"end, the task that is polled first gets it; the other finds the end of the stream, or EPIPE.",
		holds: toldOnce,
	},
	{
		name: "a write that waits behind a shutdown",
		reason: "On a Unix socket Linux tells nobody who waits for room when the direction is shut down, here or at the peer; " +
			"on TCP it does. So the write finds out by the next event, and a spurious one comes early.",
		holds: shutWhileWaiting,
	},
	{
		name: "late to a reset",
		reason: "A closed socket that lingers ends its direction, drains, and may then end in a reset. On a Unix socket a " +
			"pending error is told before the end of the stream: to a reader who comes after both.",
		holds: lateToReset,
	},
}

// sizeOfBuffers holds for the count of a flood that was cut off, and for where its reader's bytes end.
func sizeOfBuffers(one, other Result, d difference) bool {
	if d.step < 0 {
		a, b := one.Received[d.end], other.Received[d.end]
		return cutOff(one, d.end.Peer()) && (bytes.HasPrefix(a, b) || bytes.HasPrefix(b, a))
	}
	a, b := one.Outcomes[d.step], other.Outcomes[d.step]
	a.N, b.N = 0, 0
	op := one.Steps[d.step].Op
	return a == b && (op == opFlood && cutOff(one, d.end) || op == opReadEnd && cutOff(one, d.end.Peer()))
}

// cutOff reports whether a flood of this end has failed.
func cutOff(r Result, e End) bool {
	for i, s := range r.Steps {
		if s.Op == opFlood && s.End == e && r.Outcomes[i].Class != classNone {
			return true
		}
	}
	return false
}

// toldOnce holds where, in both runs, one of the calls that a reset ended was told so.
func toldOnce(one, other Result, d difference) bool {
	if d.step < 0 || one.Outcomes[d.step].After != other.Outcomes[d.step].After {
		return false
	}
	return told(one, d.step) == 1 && told(other, d.step) == 1
}

// told counts the calls of a step's end that came back together with it and were told of a reset. It is none if one of
// them came back with something that is no sign of a reset.
func told(r Result, step int) (resets int) {
	after := r.Outcomes[step].After
	for i, o := range r.Outcomes {
		if !operands[r.Steps[i].Op].end || r.Steps[i].End != r.Steps[step].End || o.After != after || i == after {
			continue
		}
		switch o.Class {
		case classReset:
			resets++
		case unix.ErrnoName(unix.EPIPE), classEnd:
		default:
			return 0
		}
	}
	return resets
}

// shutWhileWaiting holds for a flood of a Unix socket whose direction has been shut down.
func shutWhileWaiting(one, other Result, d difference) bool {
	if d.step < 0 || one.Steps[d.step].Op != opFlood || !one.Steps.unix(d.end) {
		return false
	}
	back := min(one.Outcomes[d.step].After, other.Outcomes[d.step].After)
	return slices.ContainsFunc(one.Steps[d.step:back+1], func(s Step) bool {
		return s.Op == opCloseWrite && s.End == d.end || s.Op == opCloseRead && s.End == d.end.Peer()
	})
}

// lateToReset holds for a read of a Unix socket that the peer's Close ended, while a flood waited to be drained.
func lateToReset(one, other Result, d difference) bool {
	if d.step < 0 || !one.Steps.unix(d.end) {
		return false
	}
	a, b := one.Outcomes[d.step], other.Outcomes[d.step]
	if a.After != b.After || !(a.Class == classEnd && b.Class == classReset || a.Class == classReset && b.Class == classEnd) {
		return false
	}
	by := one.Steps[a.After]
	return by.Op == opClose && by.End == d.end.Peer() && cutOff(one, d.end)
}

var classReset = unix.ErrnoName(unix.ECONNRESET)
