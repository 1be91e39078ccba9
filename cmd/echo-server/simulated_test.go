package main

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/eddytls"
	"github.com/eddy-go/eddy/sim"
)

// simulatedSeeds is how many worlds a test of the simulated server runs. Picked: a second or two in all.
const simulatedSeeds = 20

// inWorlds runs a scenario in several worlds, each a test of its own.
func inWorlds(t *testing.T, scenario func(t *testing.T, w *sim.World)) {
	for seed := range uint64(simulatedSeeds) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			sim.Run(t, seed, func(w *sim.World) { scenario(t, w) })
		})
	}
}

// simulated is the server as a host's program. It is not asked to stop: the last look at the sockets, for what has come
// before the stop, is at the system's own descriptors.
type simulated struct {
	*server
	host *sim.Host
}

func simulate(w *sim.World, change func(o *options)) *simulated {
	o := options{listen: []string{":7"}, idleTimeout: 10 * time.Second, maxConns: 10000, shutdownTimeout: 5 * time.Second}
	if change != nil {
		change(&o)
	}
	s := &simulated{}
	s.host = w.Host("server", func(rt *eddy.Runtime) error {
		s.server = newServer(rt, o, slog.New(slog.DiscardHandler))
		if o.tlsCert != "" {
			if err := s.loadCertificate(); err != nil {
				return err
			}
		}
		if err := s.listen(); err != nil {
			return err
		}
		return s.serve()
	})
	w.Run(time.Millisecond)
	return s
}

// check compares what the server has counted.
func (s *simulated) check(t *testing.T) {
	t.Helper()
	if s.rt != nil {
		s.countBytes(s.rt.Stats())
	}
	n := s.totals
	if ended := n.left + n.failed + n.timeouts; n.connections != ended+uint64(len(s.clients)) {
		t.Errorf("%d connections, %d have ended, and %d are there", n.connections, ended, len(s.clients))
	}
	if used := s.options.maxConns - s.places.free; used != len(s.clients) {
		t.Errorf("%d places are taken by %d clients", used, len(s.clients))
	}
	if n.bytesOut > n.bytesIn {
		t.Errorf("%d bytes came, and %d were sent back", n.bytesIn, n.bytesOut)
	}
}

// simulatedClient sends messages until so many have come back, on as many connections as that takes.
type simulatedClient struct {
	t       *testing.T
	w       *sim.World
	address string
	tls     *tls.Config // nil: it speaks plain TCP
	bytes   []byte      // its own, in the order in which they are sent on each connection
	left    int
}

func newSimulatedClient(t *testing.T, w *sim.World, server *simulated, messages int) *simulatedClient {
	c := &simulatedClient{t: t, w: w, address: server.host.Address(7), bytes: make([]byte, 64<<10), left: messages}
	source := rand.NewPCG(w.Rand().Uint64(), 0)
	for i := range c.bytes {
		c.bytes[i] = byte(source.Uint64())
	}
	return c
}

// run is the program of the client's host. A failure ends a connection; only wrong bytes are an error.
func (c *simulatedClient) run(rt *eddy.Runtime) error {
	for c.left > 0 {
		stream, err := rt.DialTCPTimeout(c.address, 3*time.Second)
		if err == nil {
			var conn net.Conn = stream
			if c.tls != nil {
				conn = eddytls.Client(rt, stream, c.tls)
			}
			c.talk(rt, conn)
			conn.Close()
		}
		if err := rt.Sleep(100 * time.Millisecond); err != nil {
			return err
		}
	}
	return nil
}

// talk sends one message after the other, and waits for each.
func (c *simulatedClient) talk(rt *eddy.Runtime, stream net.Conn) {
	got := make([]byte, 8<<10)
	for at := 0; c.left > 0; c.left-- {
		n := 1 + c.w.Rand().IntN(len(got))
		at %= len(c.bytes) - n + 1
		stream.SetDeadline(rt.Now().Add(3 * time.Second))
		if _, err := stream.Write(c.bytes[at : at+n]); err != nil {
			return
		}
		m, err := io.ReadFull(stream, got[:n])
		if !bytes.Equal(got[:m], c.bytes[at:at+m]) {
			c.t.Errorf("client of %v: %d bytes are not those that were sent", stream.LocalAddr(), m)
		}
		if err != nil || rt.Sleep(time.Duration(c.w.Rand().Int64N(int64(time.Second)))) != nil {
			return
		}
		at += n
	}
}

// Clients talk to the server while the network, the hosts and the kernels do what they may. Nobody gets bytes that are
// not his own, and when the faults end everybody finishes.
func TestSimulatedServerUnderFaults(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *sim.World) { servesUnderFaults(t, w, simulate(w, nil), nil) })
}

func servesUnderFaults(t *testing.T, w *sim.World, s *simulated, config *tls.Config) {
	t.Helper()
	const clients, messages = 8, 20
	var hosts []*sim.Host
	for i := range clients {
		c := newSimulatedClient(t, w, s, messages)
		c.tls = config
		hosts = append(hosts, w.Host(fmt.Sprint("client", i), c.run))
	}
	w.SetFaults(sim.Chaos())
	for range 4 {
		some := hosts[w.Rand().IntN(clients)]
		w.Run(time.Second)
		w.Partition(s.host, some)
		w.Run(time.Second)
		w.Heal(s.host, some)
		w.Pause(s.host)
		w.Run(time.Duration(w.Rand().Int64N(int64(time.Second))))
		w.Resume(s.host)
	}
	w.Crash(s.host)
	w.Run(time.Second)
	w.Restart(s.host)
	w.Run(10 * time.Second)
	w.SetFaults(sim.Faults{})
	for _, h := range hosts {
		if !w.RunUntil(h.Done) || h.Err() != nil {
			t.Fatalf("%s: %v", h.Name(), h.Err())
		}
	}
	if now := w.Elapsed(); now > time.Minute {
		t.Errorf("the clients needed %v", now)
	}
	w.Run(20 * time.Second) // those who vanished are dropped
	s.check(t)
	if n := len(s.clients); n != 0 {
		t.Errorf("%d clients are left", n)
	}
}

// F18: a client that says nothing is dropped after ten seconds, and one that talks is not.
func TestSimulatedServerDropsSilentClients(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *sim.World) {
		s := simulate(w, nil)
		var silence time.Duration
		silent := w.Host("silent", func(rt *eddy.Runtime) error {
			stream, err := rt.DialTCP(s.host.Address(7))
			if err != nil {
				return err
			}
			begin := w.Elapsed()
			if n, err := stream.Read(make([]byte, 1)); n != 0 || err != io.EOF {
				return fmt.Errorf("got %d bytes and %w, want the end", n, err)
			}
			silence = w.Elapsed() - begin
			return nil
		})
		talking := w.Host("talking", func(rt *eddy.Runtime) error {
			stream, err := rt.DialTCP(s.host.Address(7))
			if err != nil {
				return err
			}
			defer stream.Close()
			one := []byte{1}
			for range 4 {
				if err := rt.Sleep(9 * time.Second); err != nil {
					return err
				}
				if _, err := stream.Write(one); err != nil {
					return err
				}
				if _, err := stream.Read(one); err != nil {
					return err
				}
			}
			return nil
		})
		if !w.RunUntil(silent.Done) || silent.Err() != nil || silence < 10*time.Second || silence > 10*time.Second+100*time.Millisecond {
			t.Errorf("dropped after %v, %v", silence, silent.Err())
		}
		if !w.RunUntil(talking.Done) || talking.Err() != nil {
			t.Errorf("the one that talks: %v", talking.Err())
		}
		if s.totals.timeouts != 1 {
			t.Errorf("%d timeouts were counted", s.totals.timeouts)
		}
	})
}

// F18: no more clients than allowed are served at once, and each of a crowd in its turn.
func TestSimulatedServerIsFull(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *sim.World) {
		const clients, places = 12, 3
		s := simulate(w, func(o *options) { o.maxConns = places })
		w.SetFaults(sim.Faults{
			sim.AcceptFull: {Chance: 0.3}, sim.SpuriousEvent: {Chance: 0.1}, sim.LateEvent: {Chance: 0.1}, sim.ShuffledTasks: {Chance: 0.5},
		})
		var crowd []*sim.Host
		for i := range clients {
			crowd = append(crowd, w.Host(fmt.Sprint("client", i), func(rt *eddy.Runtime) error {
				stream, err := rt.DialTCP(s.host.Address(7))
				if err != nil {
					return err
				}
				defer stream.Close()
				if _, err := stream.Write([]byte{1}); err != nil {
					return err
				}
				if _, err := stream.Read(make([]byte, 1)); err != nil {
					return err
				}
				if n := len(s.clients); n > places {
					return fmt.Errorf("%d clients are served at once", n)
				}
				return rt.Sleep(time.Second)
			}))
		}
		for _, h := range crowd {
			if !w.RunUntil(h.Done) || h.Err() != nil {
				t.Errorf("%s: %v", h.Name(), h.Err())
			}
		}
		w.Run(2 * time.Second)
		s.check(t)
		if n := s.totals.connections; n != clients || s.totals.timesFull == 0 {
			t.Errorf("%d connections, full %d times", n, s.totals.timesFull)
		}
	})
}
