package main

import (
	"fmt"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/future"
)

// places bounds the clients. All listeners share them, and none holds one while it waits for a client: a place and a
// connection are taken in the same poll.
type places struct {
	free      int
	freed     condition
	whenTaken func() // the last place was taken
}

// admit returns the future of the next client of l that has a place. While there is none, l does not accept: clients
// wait in the kernel's queue, and when that is full outside. A future that is done may be awaited again: for the client
// after that one.
func (p *places) admit(l *eddy.TCPListener) eddy.Future[*eddy.TCPStream] {
	return &admission{
		places:   p,
		listener: l,
		place:    p.freed.until("a place for a client of "+nameOf(l.Addr()), func() bool { return p.free > 0 }),
	}
}

// giveBack frees the place of a client that has left.
func (p *places) giveBack() {
	p.free++
	p.freed.changed()
}

// admission waits for a place, then for a client.
type admission struct {
	places   *places
	listener *eddy.TCPListener
	place    eddy.Future[struct{}]
	accept   eddy.Future[*eddy.TCPStream] // nil: not polled, or done
	full     bool                         // it waits for a place
}

// Poll implements Future.
func (a *admission) Poll(cx *future.Context) (*eddy.TCPStream, error) {
	// While it waits for a connection another listener may take the last place: so it is looked for in every poll.
	_, err := a.place.Poll(cx)
	a.full = err == future.Pending
	if a.full {
		return nil, future.Pending
	}
	if a.accept == nil {
		a.accept = a.listener.AcceptFuture()
	}
	stream, err := a.accept.Poll(cx)
	if err == future.Pending {
		return nil, err
	}
	a.accept = nil
	if err != nil {
		return nil, err
	}
	a.places.free--
	if a.places.free == 0 {
		a.places.whenTaken()
	}
	return stream, nil
}

// Cancel implements Future.
func (a *admission) Cancel() {
	a.place.Cancel()
	if a.accept != nil {
		a.accept.Cancel()
		a.accept = nil
	}
}

// String says what the wait is for, in task dumps.
func (a *admission) String() string {
	if a.full || a.accept == nil {
		return fmt.Sprint(a.place)
	}
	return fmt.Sprint(a.accept)
}

// sayFull logs that the server is full: a line for a crowd that comes and goes, not one each time.
func (s *server) sayFull() {
	s.totals.timesFull++
	if now := s.rt.Now(); s.saidFull.IsZero() || now.Sub(s.saidFull) >= sayFullEvery {
		s.saidFull = now
		s.log.Warn("full: no more clients are accepted until one leaves", "max_conns", s.options.maxConns)
	}
}

// sayFullEvery is how often the log says that the server is full. Picked: often enough for whoever looks at it.
const sayFullEvery = time.Minute

// spareDescriptors is how many descriptors a server needs beyond one for each client: the standard ones, the poll and
// its wake-up, listeners, and closed connections whose last bytes are on their way. Picked.
const spareDescriptors = 64

// warnOfDescriptorLimit says at the start what would otherwise show under load only: with fewer descriptors than
// places, accepting pauses before the server is full. It lives on, but clients wait that --max-conns would admit.
func (s *server) warnOfDescriptorLimit() {
	needed := uint64(s.options.maxConns) + spareDescriptors
	if limit, known := descriptorLimit(); known && limit < needed {
		s.log.Warn("the limit of open files is lower than --max-conns needs", "limit", limit, "needed", needed, "max_conns", s.options.maxConns)
	}
}
