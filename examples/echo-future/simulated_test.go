//go:build unix

package main

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/sim"
)

// seeds is how many worlds a test looks at. Picked: about a second in all.
const seeds = 20

func inWorlds(t *testing.T, scenario func(t *testing.T, w *sim.World)) {
	for seed := range uint64(seeds) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			sim.Run(t, seed, func(w *sim.World) { scenario(t, w) })
		})
	}
}

// serving is the server on a host of its own.
func serving(w *sim.World) (*server, *sim.Host) {
	s := newServer()
	host := w.Host("server", func(rt *eddy.Runtime) error {
		listener, err := rt.ListenTCP(":7")
		if err != nil {
			return err
		}
		return s.serve(rt, listener)
	})
	w.Run(time.Millisecond)
	return s, host
}

// client sends bytes in pieces, reads what comes back when it pleases, and checks it. A result that is whole has the end,
// too.
type client struct {
	sent  []byte
	got   []byte
	whole bool
}

func (c *client) run(w *sim.World, rt *eddy.Runtime, address string) error {
	pause := func() error { return rt.Sleep(time.Duration(w.Rand().Int64N(int64(10 * time.Millisecond)))) }
	stream, err := rt.DialTCPTimeout(address, time.Minute)
	if err != nil {
		return nil // it is not whole
	}
	defer stream.Close()
	rt.Spawn(func() {
		defer stream.CloseWrite()
		for rest := c.sent; len(rest) > 0; {
			n := min(len(rest), 1+w.Rand().IntN(64<<10))
			if _, err := stream.Write(rest[:n]); err != nil {
				return
			}
			if rest = rest[n:]; w.Rand().IntN(4) == 0 && pause() != nil {
				return
			}
		}
	})
	for buf := make([]byte, 32<<10); ; {
		n, err := stream.Read(buf)
		c.got = append(c.got, buf[:n]...)
		if err != nil {
			c.whole = err == io.EOF
			return nil
		}
		if w.Rand().IntN(8) == 0 {
			if err := pause(); err != nil {
				return err
			}
		}
	}
}

func clients(w *sim.World, n int, group, address string) (all []*client, hosts []*sim.Host) {
	for i := range n {
		c := &client{sent: make([]byte, 1+w.Rand().IntN(1<<20))}
		source := rand.NewPCG(w.Rand().Uint64(), 0)
		for i := range c.sent {
			c.sent[i] = byte(source.Uint64())
		}
		all = append(all, c)
		hosts = append(hosts, w.Host(fmt.Sprint(group, i), func(rt *eddy.Runtime) error { return c.run(w, rt, address) }))
	}
	return all, hosts
}

// Everybody gets back what he has sent, and then the end; the server keeps nothing of anybody.
func TestSimulatedEcho(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *sim.World) {
		s, host := serving(w)
		total := 0
		for _, group := range []string{"first", "second"} { // who get the first ones' numbers
			all, hosts := clients(w, 10, group, host.Address(7))
			for i, c := range all {
				if !w.RunUntil(hosts[i].Done) || hosts[i].Err() != nil {
					t.Fatalf("%s: %v", hosts[i].Name(), hosts[i].Err())
				}
				if total += len(c.sent); !c.whole || !bytes.Equal(c.got, c.sent) {
					t.Errorf("%s sent %d bytes, %d came back, or others", hosts[i].Name(), len(c.sent), len(c.got))
				}
			}
			w.Run(time.Second)
		}
		if s.bytes != total || s.accepts != 20 || len(s.conns) > 11 || len(s.unsent) != 0 {
			t.Errorf("%d bytes of %d, %d accepts, %d numbers, %d with something left", s.bytes, total, s.accepts, len(s.conns), len(s.unsent))
		}
		for key, c := range s.conns {
			if c.stream != nil || c.woken {
				t.Errorf("connection %d is there", key)
			}
		}
	})
}

// Under faults some connections break, but nobody gets bytes that are not his, and the others go on.
func TestSimulatedEchoUnderFaults(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *sim.World) {
		_, host := serving(w)
		w.SetFaults(sim.Chaos())
		all, hosts := clients(w, 10, "early", host.Address(7))
		for range 5 {
			w.Run(100 * time.Millisecond)
			some := hosts[w.Rand().IntN(len(hosts))]
			w.Partition(host, some)
			w.Run(time.Duration(w.Rand().Int64N(int64(time.Second))))
			w.Heal(host, some)
		}
		w.SetFaults(sim.Faults{})
		late, lateHosts := clients(w, 1, "late", host.Address(7))
		w.RunUntil(lateHosts[0].Done)
		if !late[0].whole || !bytes.Equal(late[0].got, late[0].sent) {
			t.Errorf("afterwards %d bytes of %d came back", len(late[0].got), len(late[0].sent))
		}
		for i, c := range all {
			if len(c.got) > len(c.sent) || !bytes.Equal(c.got, c.sent[:len(c.got)]) {
				t.Errorf("%s: %d bytes that came back are others", hosts[i].Name(), len(c.got))
			}
		}
	})
}
