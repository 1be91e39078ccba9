package load

import (
	"errors"
	"net"
	"time"

	"github.com/eddy-go/eddy"
)

// dialsAtOnce is how many connects may be under way. Picked: servers accept as fast, and their backlogs, often 128,
// hold it.
const dialsAtOnce = 100

// dial makes the connections. The first one finds out which address a name stands for, and all others go there.
func (r *Run) dial() error {
	r.connections = make([]*connection, r.plan.Connections)
	r.dials = r.rt.Group()
	r.dials.SetLimit(dialsAtOnce)
	address := r.plan.Address
	if r.interrupted {
		r.dials.Cancel()
	}
	first := r.dials.Go(func() error { return r.connect(0, address) })
	if _, err := first.Join(); err == nil && r.connections[0] != nil && r.plan.Network != "unix" {
		address = r.connections[0].stream.RemoteAddr().String()
	}
	wanted := r.plan.Connections
	if r.nameless() { // each would only ask again
		r.byKind[Connect], wanted = uint64(wanted), 1
	}
	for i := 1; i < wanted && !r.interrupted; i++ {
		r.dials.Go(func() error { return r.connect(i, address) })
	}
	err := r.dials.Wait()
	r.dials = nil
	r.keepConnected()
	if r.interrupted {
		return nil
	}
	return err
}

// nameless reports whether the first connection was not made because the lookup of the name has failed.
func (r *Run) nameless() bool {
	var lookup *net.DNSError
	return len(r.failures) == 1 && errors.As(r.failures[0].Err, &lookup)
}

// connect makes one connection. Its error is that of a cancelled run.
func (r *Run) connect(index int, address string) error {
	var stream *eddy.TCPStream
	err := r.rt.WithTimeout(r.plan.Timeout, func() (err error) {
		stream, err = r.rt.Dial(r.plan.Network, address)
		return err
	})
	switch {
	case err == nil:
		c := &connection{run: r, index: index, stream: stream}
		if r.plan.Network != "unix" {
			c.local = stream.LocalAddr().String()
		}
		if !r.plan.open() {
			c.times = make([]time.Duration, r.plan.Depth)
		}
		r.connections[index] = c
	case r.rt.Context().Err() != nil:
		return err
	default:
		r.note(&Failure{Kind: Connect, Connection: index, Err: err})
	}
	return nil
}

// keepConnected forgets those that were not made, and numbers the others.
func (r *Run) keepConnected() {
	var made []*connection
	for _, c := range r.connections {
		if c != nil {
			c.lane = len(made)
			made = append(made, c)
		}
	}
	r.connections = made
}
