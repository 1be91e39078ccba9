//go:build linux

package differential

import (
	"fmt"
	"io"
	"net"
	"time"

	"github.com/eddy-go/eddy"
)

// far is long after every program's end; in a simulation its settling takes up to a second of virtual time for each step.
const far = 100 * time.Hour

// A place is where a program runs.
type place struct {
	// address returns where the slot listens: a path, or an IP address with port 0.
	address func(slot string) string
	// settle returns when nothing goes on by itself any more.
	settle func(c *conductor)
}

// A conductor runs one program as the main task of a runtime.
type conductor struct {
	rt    *eddy.Runtime
	place place
	steps Program

	outcomes  []Outcome
	done      []bool
	completed int // steps
	dialling  int // dials that have not come back

	listeners map[string]*eddy.TCPListener
	addresses map[string]string // with the port that the first listen has got
	streams   map[End]*eddy.TCPStream
	received  map[End][]byte
}

// conduct runs a program and what closes all that it leaves open.
func conduct(rt *eddy.Runtime, where place, p Program) Result {
	steps := append(append(Program(nil), p...), p.teardown()...)
	c := &conductor{
		rt:        rt,
		place:     where,
		steps:     steps,
		outcomes:  make([]Outcome, len(steps)),
		done:      make([]bool, len(steps)),
		listeners: map[string]*eddy.TCPListener{},
		addresses: map[string]string{},
		streams:   map[End]*eddy.TCPStream{},
		received:  map[End][]byte{},
	}
	for i := range c.outcomes {
		c.outcomes[i].After = never
	}
	for i, s := range steps {
		c.begin(i)
		if s.With && i+1 < len(p) {
			continue
		}
		where.settle(c)
		for j, done := range c.done {
			if done && c.outcomes[j].After == never {
				c.outcomes[j].After = i
			}
		}
	}
	return Result{Steps: steps, Outcomes: c.outcomes, Received: c.received, Left: c.left()}
}

// left tells what the runtime holds although everything has been closed.
func (c *conductor) left() string {
	s := c.rt.Stats()
	if s.Sources == 0 && s.Closing == 0 && s.Tasks == 1 {
		return ""
	}
	return fmt.Sprintf("%d sources, %d lingering, %d tasks", s.Sources, s.Closing, s.Tasks)
}

// begin starts a step's task.
func (c *conductor) begin(i int) {
	s := c.steps[i]
	if s.Op == opDial {
		c.dialling++
	}
	c.rt.Spawn(func() {
		n, err := c.perform(i, s)
		c.outcomes[i].N, c.outcomes[i].Class = n, classOf(err)
		c.done[i] = true
		c.completed++
		if s.Op == opDial {
			c.dialling--
		}
	})
}

// progress is what changes when anything goes on. Dials are not part of it: one whose listener's backlog is full is made
// again and again.
type progress struct {
	completed                                   int
	accepts, receives, sends, shutdowns, closes uint64
}

func (c *conductor) progress() progress {
	k := c.rt.Stats().Kernel
	return progress{c.completed, k.Accepts, k.Receives, k.Sends, k.Shutdowns, k.Closes}
}

func (c *conductor) perform(i int, s Step) (n int64, err error) {
	switch s.Op {
	case opListen:
		return 0, c.listen(s.Slot)
	case opUnlisten:
		if l := c.listeners[s.Slot]; l != nil {
			return 0, l.Close()
		}
		return 0, errNoSlot
	case opDial:
		return 0, c.dial(s)
	case opAccept:
		return 0, c.accept(s)
	}
	stream := c.streams[s.End]
	if stream == nil {
		return 0, errNoStream
	}
	return c.call(i, s, stream)
}

func (c *conductor) listen(slot string) error {
	address := c.addresses[slot]
	if address == "" {
		address = c.place.address(slot)
	}
	config := eddy.ListenConfig{Backlog: slots[slot].backlog}
	if slots[slot].unix {
		l, err := config.ListenUnix(c.rt, address)
		if err == nil {
			c.listeners[slot], c.addresses[slot] = l, address
		}
		return err
	}
	l, err := config.ListenTCP(c.rt, address)
	if err == nil {
		c.listeners[slot], c.addresses[slot] = l, l.Addr().String()
	}
	return err
}

// dial connects to a slot. If there was never a listener, one has to come and go for the address.
func (c *conductor) dial(s Step) error {
	if c.addresses[s.Slot] == "" {
		if err := c.listen(s.Slot); err != nil {
			return err
		}
		c.listeners[s.Slot].Close()
		c.rt.Yield() // where threads cannot be told apart, a Close happens in the next turn
	}
	dial := c.rt.DialTCP
	if slots[s.Slot].unix {
		dial = c.rt.DialUnix
	}
	stream, err := dial(c.addresses[s.Slot])
	if err != nil {
		return err
	}
	c.streams[s.End] = stream
	return stream.SetLinger(int(far / time.Second))
}

func (c *conductor) accept(s Step) error {
	l := c.listeners[s.Slot]
	if l == nil {
		return errNoSlot
	}
	stream, err := l.AcceptTCP()
	if err != nil {
		return err
	}
	c.streams[s.End] = stream
	return stream.SetLinger(int(far / time.Second))
}

// call makes the step's call of a stream.
func (c *conductor) call(i int, s Step, stream *eddy.TCPStream) (int64, error) {
	switch s.Op {
	case opWrite:
		n, err := stream.Write(content(i, s.N))
		return int64(n), err
	case opBuffers:
		p := content(i, s.N)
		a, b := s.N/3, s.N/2
		return stream.WriteBuffers(&net.Buffers{p[:a], nil, p[a:b], p[b:]})
	case opFlood:
		if stream.LocalAddr().Network() == "tcp" {
			if err := stream.SetWriteBuffer(floodBuffer); err != nil {
				return 0, err
			}
		}
		n, err := stream.Write(content(i, floodBytes))
		return int64(n), err
	case opEcho:
		return stream.WriteTo(stream)
	case opRead:
		return c.read(s.End, func(p []byte) (int, error) { return stream.Read(p) }, s.N)
	case opReadFull:
		return c.read(s.End, func(p []byte) (int, error) { return io.ReadFull(stream, p) }, s.N)
	case opReadEnd:
		return c.readEnd(s.End, stream)
	case opReadPast, opReadFar, opReadNone:
		return 0, stream.SetReadDeadline(c.deadline(s.Op))
	case opWritePast, opWriteFar, opWriteNone:
		return 0, stream.SetWriteDeadline(c.deadline(s.Op))
	case opCloseRead:
		return 0, stream.CloseRead()
	case opCloseWrite:
		return 0, stream.CloseWrite()
	case opReset:
		if err := stream.SetLinger(0); err != nil {
			return 0, err
		}
	}
	return 0, stream.Close()
}

func (c *conductor) deadline(op Op) time.Time {
	switch op {
	case opReadPast, opWritePast:
		return c.rt.Now().Add(-far)
	case opReadFar, opWriteFar:
		return c.rt.Now().Add(far)
	}
	return time.Time{}
}

func (c *conductor) read(end End, read func([]byte) (int, error), n int) (int64, error) {
	p := make([]byte, n)
	n, err := read(p)
	c.received[end] = append(c.received[end], p[:n]...)
	return int64(n), err
}

func (c *conductor) readEnd(end End, stream *eddy.TCPStream) (total int64, err error) {
	p := make([]byte, 32<<10)
	for err == nil {
		var n int
		n, err = stream.Read(p)
		c.received[end] = append(c.received[end], p[:n]...)
		total += int64(n)
	}
	return total, err
}

// The flood. It does not fit into its send buffer and the peer's receive buffer. On TCP the send buffer alone holds more
// than a closed socket still drains; so it is certain what a Close of the peer ends in, that an end behind a flood cannot
// arrive while nobody reads, and that no write waits for an acknowledgment that the peer's system delays. A Unix socket's
// own buffer holds less than is drained.
const (
	floodBytes  = 4 << 20
	floodBuffer = 256 << 10 // Linux doubles it
)

// content returns what step i writes: n bytes that no other step writes.
func content(i, n int) []byte { return noise[i*4099:][:n] }

var noise = func() []byte {
	p := make([]byte, floodBytes+4099*200)
	x := uint32(1)
	for i := range p {
		x = x*1664525 + 1013904223
		p[i] = byte(x >> 24)
	}
	return p
}()
