package properties_test

import (
	"context"
	"errors"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/sim"
)

const (
	// patience is how long a client waits for anything. Picked: it outlasts most stalls and retransmissions.
	patience = 3 * time.Second
	// reserve is how many messages each client keeps for the time when the faults have ended.
	reserve = 5
	// offloadUntil is the last time at which a client hands work to another goroutine: its result may take ten seconds.
	offloadUntil = echoRough - 12*time.Second
	// perConnection bounds the messages of one connection. Picked: every client connects several times.
	perConnection = 24
)

// echoClient is a client. It outlives the host that it runs on: a new life goes on where the last one was.
type echoClient struct {
	echo        *echo
	id          int
	host        *sim.Host
	left        int // messages that have not come back yet
	connections int
}

// run goes on until all messages have come back. Only the end of its runtime stops it.
func (c *echoClient) run(rt *eddy.Runtime) {
	e := c.echo
	for c.left > 0 {
		if !e.calm {
			if c.left <= reserve {
				if rt.Sleep(echoRough-e.w.Elapsed()) != nil {
					return
				}
				continue
			}
			if rt.Sleep(e.upTo(500*time.Millisecond)) != nil {
				return
			}
		}
		if err := c.session(rt); errors.Is(err, context.Canceled) {
			return
		}
	}
}

// session is one connection.
func (c *echoClient) session(rt *eddy.Runtime) error {
	e := c.echo
	life, strict := e.life, e.calm
	stream, err := rt.DialTCPTimeout(e.server.Address(echoPort), patience)
	if err != nil {
		c.note(err, strict)
		return err
	}
	defer stream.Close()
	k := e.connect(c, stream, life)
	err = c.talk(rt, k)
	k.clientIsOver(err)
	c.note(err, strict)
	return err
}

// note looks at what a session has ended with. In a strict one nothing may go wrong.
func (c *echoClient) note(err error, strict bool) {
	switch {
	case err == nil || errors.Is(err, context.Canceled):
	case strict:
		c.echo.t.Errorf("client %d: after the faults have ended: %v", c.id, err)
	default:
		c.echo.failures++
	}
}

// talk uses a connection in one of the ways that there are.
func (c *echoClient) talk(rt *eddy.Runtime, k *conn) error {
	e := c.echo
	if !e.calm && e.rng.IntN(32) == 0 {
		return c.beRude(rt, k)
	}
	s := &session{echoClient: c, rt: rt, conn: k, buf: e.buffers.take()}
	defer e.buffers.giveBack(s.buf)
	messages := 1 + e.rng.IntN(perConnection)
	if !e.calm {
		messages = min(messages, c.left-reserve)
	}
	messages = min(messages, c.left)
	exchange := s.inPieces
	switch e.rng.IntN(8) {
	case 0, 1:
		return s.pipelined(messages)
	case 2, 3:
		exchange = s.inFull
	case 4:
		exchange = s.slowly
	}
	for range messages {
		if !e.calm {
			if err := s.think(); err != nil {
				return err
			}
		}
		if err := exchange(e.size()); err != nil {
			return err
		}
		c.left--
	}
	return s.finish()
}
