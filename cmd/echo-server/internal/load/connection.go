package load

import (
	"errors"
	"net"
	"time"

	"github.com/eddy-go/eddy"
)

// connection is one connection: what its two tasks share.
type connection struct {
	run    *Run
	index  int // from 0, of all that were to be made
	lane   int // from 0, of those that were made
	stream *eddy.TCPStream
	local  string

	begun    uint64          // messages that the sender has taken on
	sent     uint64          // bytes that the kernel has taken
	received uint64          // bytes that came back and were good
	answered uint64          // messages that came back whole
	times    []time.Duration // of a closed loop: when a message under way was sent, by its number modulo the depth

	next      turn          // of the sender
	wants     want          // what the sender waits for
	lastClaim bool          // the sender has had its last messages
	asked     bool          // we have ended our direction, and the server is to end its own
	heard     time.Duration // since when nothing came of what the server owes
	over      bool          // the stream has ended or was given up
	failure   *Failure
}

// want is what a sender waits for besides the clock. Only that is worth a signal.
type want uint8

const (
	nothing want = iota
	room         // a message has come back
	all          // all messages have
)

// owed returns how many bytes the server has still to send back. Those of a message count from when it is begun.
func (c *connection) owed() uint64 { return c.begun*c.run.pattern.size - c.received }

// underWay returns how many messages have not come back whole.
func (c *connection) underWay() uint64 { return c.begun - c.answered }

// giveUp notes a failure and ends the connection. Only the first one counts.
func (c *connection) giveUp(f Failure) {
	if c.over {
		return
	}
	f.Connection, f.Local, f.Offset = c.index, c.local, c.received
	c.failure = &f
	c.run.note(&f)
	c.stream.SetLinger(0) // what the kernel has not sent is not worth a wait
	c.end()
}

// end closes the stream, which ends both tasks.
func (c *connection) end() {
	c.over = true
	c.stream.Close()
	c.next.signal()
}

// broke gives up for an error of the stream, unless it only says that it was closed here or that the run is cancelled.
func (c *connection) broke(err error) {
	if !errors.Is(err, net.ErrClosed) && !errors.Is(err, eddy.ErrCanceled) {
		c.giveUp(Failure{Kind: Broken, Err: err})
	}
}
