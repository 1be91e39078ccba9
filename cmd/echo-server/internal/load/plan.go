package load

import (
	"time"

	"github.com/eddy-go/eddy/future"
)

// Plan is what a run is to do.
type Plan struct {
	Network     string // tcp or unix
	Address     string // host:port, or the path of a socket
	Connections int
	Messages    uint64        // in all, those of the warm-up not counted; 0: until Duration is over
	Duration    time.Duration // after the warm-up; 0: until Messages are sent
	Rate        float64       // messages a second over all connections, an open loop; 0: a closed loop
	Size        int           // of a message, in bytes
	Depth       int           // messages that may be under way on a connection
	Warmup      time.Duration // what is sent in it is not measured
	Verify      bool          // compare every byte that comes back
	Timeout     time.Duration // how long a server may take to answer a connect, or be silent while it owes bytes or an end
}

// open reports whether messages have times of their own, whatever the server does.
func (p *Plan) open() bool { return p.Rate > 0 }

// intended is when the message with number i of an open loop is to be sent, counted from the beginning; future.Never if
// that is later than a clock counts.
func (p *Plan) intended(i uint64) time.Duration {
	ns := float64(i) / p.Rate * float64(time.Second)
	if ns >= float64(future.Never) {
		return future.Never
	}
	return time.Duration(ns)
}

// due returns how many messages of an open loop are intended for a moment before t.
func (p *Plan) due(t time.Duration) uint64 {
	if t <= 0 {
		return 0
	}
	n := uint64(t.Seconds() * p.Rate)
	for n > 0 && p.intended(n-1) >= t { // the product may be off by a hair in either direction
		n--
	}
	for p.intended(n) < t {
		n++
	}
	return n
}
