package simnet

import (
	"fmt"
	"math"
	"time"
)

// Fault is a kind of fault.
type Fault int

// The kinds of faults.
const (
	ShortRead     Fault = iota // a read returns less than there is
	ShortWrite                 // a write takes less than there is room for
	FalseReady                 // EAGAIN although the event said ready; a later edge follows
	SpuriousEvent              // an event although nothing has happened
	LateEvent                  // an event is withheld for a while
	MergedEvents               // an event is withheld until the next one of its socket, and both are one
	AcceptFull                 // EMFILE, ENFILE, ENOBUFS or ENOMEM from accept
	AcceptBroken               // ECONNABORTED, EPROTO or a network error from accept, which takes the connection
	Reset                      // a connection is reset in mid-stream
	EndWithData                // the end of the stream travels in one event with the last data
	HalfOpen                   // the connection's packets vanish from now on, in both directions
	Stall                      // a direction of a connection delivers nothing for a while
	StrayWake                  // the wait is ended by a wake that nobody made
	SlowOffload                // an offloaded function's result takes long
	ShuffledTasks              // the order of ready tasks is drawn (with rate 0 it is the order of their wakes)
	FaultKinds                 // how many kinds there are
)

var faultNames = [FaultKinds]string{
	"short read", "short write", "false ready", "spurious event", "late event", "merged events", "accept full",
	"accept broken", "reset", "end with data", "half-open", "stall", "stray wake", "slow offload", "shuffled tasks",
}

// String returns the fault's name.
func (f Fault) String() string {
	if f < 0 || f >= FaultKinds {
		return fmt.Sprintf("fault %d", int(f))
	}
	return faultNames[f]
}

// Rate says how often a fault happens.
type Rate struct {
	Chance float64 // at each opportunity, while an episode lasts
	// Calm and Episode are the mean lengths of the times without and with the fault, drawn from the tape. Calm 0: the
	// episode lasts for ever.
	Calm, Episode time.Duration
}

// Faults has a rate for each kind of fault. The zero Faults is a world without.
type Faults [FaultKinds]Rate

// SetFaults replaces the faults' rates. Where a fault comes in episodes, a calm begins.
func (n *Net) SetFaults(f Faults) {
	for i := range n.faults {
		f[i].Calm, f[i].Episode = min(f[i].Calm, longest), min(f[i].Episode, longest)
		n.faults[i] = fault{Rate: f[i], hits: n.faults[i].hits, until: n.now}
		n.faults[i].raging = true // so that what begins next is a calm
	}
}

// Hits tells how often each fault has happened.
func (n *Net) Hits() (hits [FaultKinds]uint64) {
	for i := range hits {
		hits[i] = n.faults[i].hits
	}
	return hits
}

// fault is a kind of fault with its state.
type fault struct {
	Rate
	hits   uint64
	raging bool // an episode, not a calm
	until  time.Duration
}

// strike decides whether a fault happens now, where it could. With a rate of 0 nothing is drawn.
func (n *Net) strike(kind Fault) bool {
	f := &n.faults[kind]
	if f.Chance <= 0 || !n.rages(kind) || !n.tape.Chance(faultNames[kind], f.Chance) {
		return false
	}
	f.hits++
	return true
}

// longest bounds the mean length of a calm or an episode, so that several of them are still a Duration. Picked: two
// years.
const longest = time.Duration(1 << 56)

// maxCaughtUp is how many episodes are drawn for a time in which nobody asked; what lies before that is skipped.
// Picked.
const maxCaughtUp = 8

// rages reports whether an episode of a fault lasts. Episodes are worked out when somebody asks.
func (n *Net) rages(kind Fault) bool {
	f := &n.faults[kind]
	if f.Chance <= 0 || f.Calm <= 0 {
		return f.Chance > 0
	}
	if back := maxCaughtUp * (f.Calm + f.Episode); n.now-f.until > back {
		f.until = n.now - back
	}
	for f.until <= n.now {
		f.raging = !f.raging
		mean := f.Calm
		if f.raging {
			mean = f.Episode
		}
		// Uniform around the mean, and never so short that the clock stands still.
		length := max(n.tape.Between(faultNames[kind], mean/2, mean+mean/2), time.Microsecond)
		if length > math.MaxInt64-f.until {
			f.until = math.MaxInt64
			break // as long as time lasts
		}
		f.until += length
	}
	return f.raging
}
