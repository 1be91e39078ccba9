package load

import (
	"bytes"
	"errors"
	"time"
)

// receive is the task that reads, until the end of the stream.
func (c *connection) receive() {
	_, err := c.stream.WriteTo(c)
	switch {
	case c.over:
	case err != nil:
		c.broke(err)
	case !c.asked:
		c.giveUp(Failure{Kind: Closed})
	default:
		c.end()
	}
}

// errGivenUp ends the copying from a stream that was given up.
var errGivenUp = errors.New("load: the connection was given up")

// Write takes what came back. WriteTo calls it with a buffer that all connections share.
func (c *connection) Write(p []byte) (int, error) {
	c.run.totals.BytesReceived += uint64(len(p))
	now := c.run.now()
	c.heard = now
	good := p[:min(uint64(len(p)), c.owed())]
	if c.run.plan.Verify {
		if !c.compare(good) {
			return len(p), errGivenUp
		}
	} else {
		c.received += uint64(len(good))
	}
	c.answer(now)
	if extra := p[len(good):]; len(extra) > 0 {
		c.giveUp(Failure{Kind: Extra, Got: start(extra)})
		return len(p), errGivenUp
	}
	return len(p), nil
}

// compare counts the bytes that are those which were sent, and gives up at the first that is not.
func (c *connection) compare(p []byte) bool {
	for len(p) > 0 {
		expected := c.run.pattern.from(c.index, c.received)
		n := min(len(p), len(expected))
		if !bytes.Equal(p[:n], expected[:n]) {
			at := firstDifference(p, expected)
			c.received += uint64(at)
			c.giveUp(Failure{Kind: Wrong, Expected: start(expected[at:n]), Got: start(p[at:n])})
			return false
		}
		c.received += uint64(n)
		p = p[n:]
	}
	return true
}

func firstDifference(p, q []byte) int {
	i := 0
	for p[i] == q[i] {
		i++
	}
	return i
}

// start returns a copy of the first bytes, as many as a failure shows.
func start(p []byte) []byte { return bytes.Clone(p[:min(len(p), shownBytes)]) }

// answer records the messages that have come back whole.
func (c *connection) answer(now time.Duration) {
	whole := c.received / c.run.pattern.size
	for ; c.answered < whole; c.answered++ {
		c.run.record(c, now)
	}
	if c.wants == room && c.underWay() < uint64(c.run.plan.Depth) || c.wants == all && c.owed() == 0 {
		c.next.signal()
	}
}
