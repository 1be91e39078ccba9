package properties_test

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/sim"
)

const (
	echoClients  = 20
	echoMessages = 50               // of each client
	echoRough    = 50 * time.Second // of the minute: faults of all kinds
	echoMinute   = time.Minute
	echoSettle   = 20 * time.Second // more than anything that is left needs to end
)

// Twenty clients talk to a server for a minute, in which everything goes wrong that can. Every byte comes back in order,
// and to nobody else, or the connection fails, and where nothing explains a failure there is none. When the faults end,
// all clients finish, and of those who vanished nothing is left.
func TestEchoUnderFaults(t *testing.T) {
	sum := echoTally{begin: time.Now()}
	var buffers bufferPool
	sim.Run(t, 1, func(w *sim.World) {
		e := newEcho(t, w, &buffers)
		e.run()
		sum.add(e)
	})
	sum.check(t)
}

// echo is the scenario.
type echo struct {
	t       testing.TB
	w       *sim.World
	rng     *rand.Rand
	buffers *bufferPool

	server      *sim.Host
	clientHosts []*sim.Host
	clients     []*echoClient
	conns       []*conn
	byPeer      map[netip.AddrPort]*conn // by the client's address; looked up, never ranged over

	idle    time.Duration // after which the server drops a client
	window  int           // bytes of the smallest buffer on the way
	variant int           // shifts the handlers' kinds

	calm     bool // the faults have ended
	life     int  // of the server
	accepted int
	handlers int // that have not ended
	failures int // of clients' connections
	befell   [mishaps]int
	rude     [rudenesses]int
}

func newEcho(t testing.TB, w *sim.World, buffers *bufferPool) *echo {
	e := &echo{t: t, w: w, rng: w.Rand(), buffers: buffers, byPeer: map[netip.AddrPort]*conn{}}
	e.idle = 2*time.Second + e.upTo(6*time.Second)
	e.window = 8 << 10 << e.rng.IntN(6)
	e.variant = e.rng.IntN(handlerKinds)
	e.server = w.Host("server", e.serve)
	hosts := 1 + e.rng.IntN(echoClients)
	for i := range hosts {
		e.addClients(fmt.Sprint("client", i), (echoClients-i+hosts-1)/hosts)
	}
	return e
}

// addClients makes a host on which some clients run.
func (e *echo) addClients(name string, n int) {
	own := make([]*echoClient, n)
	h := e.w.Host(name, func(rt *eddy.Runtime) error {
		running := make([]*eddy.JoinHandle[struct{}], n)
		for i, c := range own {
			running[i] = rt.Spawn(func() { c.run(rt) })
		}
		for _, h := range running {
			if _, err := h.Join(); err != nil {
				return err
			}
		}
		return nil
	})
	for i := range own {
		own[i] = &echoClient{echo: e, id: len(e.clients), left: echoMessages, host: h}
		e.clients = append(e.clients, own[i])
	}
	link := e.w.Link(e.server, h)
	link.SendBuffer, link.RecvBuffer = e.window, e.window
	e.clientHosts = append(e.clientHosts, h)
}

// run is the minute, and what has to hold behind it.
func (e *echo) run() {
	e.w.SetFaults(e.someOf(sim.Chaos()))
	e.rough()
	e.calm = true
	e.w.SetFaults(e.someOf(unnoticed()))
	if !e.w.RunUntil(func() bool { return e.done() || e.w.Elapsed() > echoMinute }) || !e.done() {
		e.t.Errorf("after a minute not all messages have come back. %s", e.w.Dump())
		return
	}
	e.w.SetFaults(sim.Faults{})
	e.w.Run(echoSettle)
	e.check()
}

// someOf returns some of the faults, so that each meets the program without the others, too.
func (e *echo) someOf(f sim.Faults) sim.Faults {
	for kind := range f {
		if e.rng.IntN(3) == 0 {
			f[kind] = sim.Rate{}
		}
	}
	return f
}

func (e *echo) done() bool {
	for _, h := range e.clientHosts {
		if !h.Done() {
			return false
		}
	}
	return true
}

// check is for the end, when nothing is under way any more.
func (e *echo) check() {
	resets := uint64(0)
	for _, k := range e.conns {
		k.check()
		if k.wasReset {
			resets++
		}
	}
	hits := e.w.Hits()
	if most := hits[sim.Reset] + hits[sim.AcceptBroken]; resets > most {
		e.t.Errorf("%d connections were reset, and the network did so to %d at most", resets, most)
	}
	if e.handlers != 0 {
		e.t.Errorf("%d handlers of clients that have gone have not ended. %s", e.handlers, e.w.Dump())
	}
	for _, c := range e.clients {
		if c.left != 0 {
			e.t.Errorf("client %d: %d messages are left", c.id, c.left)
		}
	}
}

// upTo draws a duration.
func (e *echo) upTo(d time.Duration) time.Duration { return time.Duration(e.rng.Int64N(int64(d))) }

// size draws the size of a message: from 1 B to 64 KiB, all magnitudes alike.
func (e *echo) size() int {
	least := 1 << e.rng.IntN(16)
	return least + e.rng.IntN(least+1)
}
