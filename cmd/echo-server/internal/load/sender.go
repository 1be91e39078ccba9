package load

import (
	"time"

	"github.com/eddy-go/eddy/future"
)

// send is the task that sends: what the schedule gives, until there is no more; then, when all has come back, the end.
// Our direction does not end earlier, since not every echo server still sends once it has seen that. An error means
// that the run is cancelled.
func (c *connection) send() error {
	for !c.over {
		now := c.run.now()
		claim := c.claim(now)
		switch {
		case claim.finished:
			return c.finish()
		case claim.messages > 0:
			if err := c.write(claim.messages, now); err != nil {
				return nil
			}
		default:
			if err := c.await(claim.wants, claim.at); err != nil {
				return err
			}
		}
	}
	return nil
}

// write sends so many messages, or as many of them as stand in one block.
func (c *connection) write(messages uint64, now time.Duration) error {
	p := c.run.pattern.messages(c.index, c.begun, messages)
	c.begin(uint64(len(p))/c.run.pattern.size, now)
	n, err := c.stream.Write(p)
	c.sent += uint64(n)
	c.run.totals.BytesSent += uint64(n)
	if err != nil {
		c.broke(err)
	}
	return err
}

// begin counts messages that are about to be sent.
func (c *connection) begin(messages uint64, now time.Duration) {
	if c.owed() == 0 {
		c.heard = now
	}
	if len(c.times) > 0 {
		for i := range messages {
			c.times[(c.begun+i)%uint64(len(c.times))] = now
		}
	}
	c.run.schedule.take(c, messages, now)
	c.begun += messages
}

// finish waits for all bytes, and ends our direction.
func (c *connection) finish() error {
	for c.owed() > 0 && !c.over {
		if err := c.await(all, future.Never); err != nil {
			return err
		}
	}
	if c.over {
		return nil
	}
	if err := c.stream.CloseWrite(); err != nil {
		c.broke(err)
		return nil
	}
	c.asked, c.heard = true, c.run.now()
	return nil
}

func (c *connection) await(wants want, at time.Duration) error {
	c.wants = wants
	err := c.next.wait(c.run.rt, c.describe(), at)
	c.wants = nothing
	return err
}

// describe names the sender's wait in task dumps.
func (c *connection) describe() string {
	switch c.wants {
	case room:
		return "room for the next message"
	case all:
		return "the last echo"
	}
	return "the next message's time"
}
