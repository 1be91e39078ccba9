package properties_test

import (
	"errors"
	"net/netip"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/sim"
)

// An attempt that nobody answers does not hold up the next one for longer than 250 ms, and no less; the first connection
// wins, and nothing is left of the others.
func TestNextAttemptAfterAQuarterSecond(t *testing.T) {
	eddytest.Baseline(t)
	sim.Run(t, 1, func(w *sim.World) {
		for name, attempts := range map[string]int{"live": 1, "half dead": 2, "third": 3, "fourth": 4} {
			w := sim.New(w.Seed(), sim.Config{})
			d := newDialWorld(w, func(d *dialWorld, rt *eddy.Runtime) error {
				begin := w.Elapsed()
				s, err := rt.Dial("tcp", name+":7")
				if err != nil {
					return err
				}
				last := d.log.attempts[len(d.log.attempts)-1]
				if took := w.Elapsed() - last; took != 2*dialLatency {
					t.Errorf("%s: connected %v after the last attempt, %v in all", name, took, w.Elapsed()-begin)
				}
				if now := rt.Stats(); now.Sources != 1 || now.Timers != 0 || len(rt.Offloads()) > 1 {
					t.Errorf("%s: left %d sources, %d timers, %v", name, now.Sources, now.Timers, rt.Offloads())
				}
				return s.Close()
			})
			if !d.run() || d.subject.Err() != nil {
				t.Errorf("%s: %v", name, d.subject.Err())
			}
			if len(d.log.attempts) != attempts {
				t.Errorf("%s: attempts at %v, want %d", name, d.log.attempts, attempts)
			}
			for i, at := range d.log.attempts[1:] {
				if pause := at - d.log.attempts[i]; pause != 250*time.Millisecond+timerTick {
					t.Errorf("%s: %v between two attempts", name, pause)
				}
			}
			if err := w.Close(); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// IPv6 addresses are tried at once. IPv4 addresses that come first wait for the answer about IPv6, 50 ms at most.
func TestIPv4WaitsForIPv6(t *testing.T) {
	eddytest.Baseline(t)
	var late, inTime, ipv6First int
	for seed := range uint64(60) {
		w := sim.New(seed, sim.Config{})
		slow := []string{"ip4", "ip6"}[seed%2]
		d := newDialWorld(w, func(d *dialWorld, rt *eddy.Runtime) error {
			s, err := rt.Dial("tcp", "live:7")
			if err != nil {
				return err
			}
			if over4 := s.RemoteAddr().String() == d.live.Address(7); over4 != (slow == "ip6" && len(d.log.answers) < 2) {
				t.Errorf("seed %d: %s is slow, connected to %v", seed, slow, s.RemoteAddr())
			}
			for len(d.log.answers) < 2 { // the time of the other answer is wanted
				if err := rt.Sleep(time.Millisecond); err != nil {
					return err
				}
			}
			return s.Close()
		})
		d.before = func(network string) {
			w.SetFaults(sim.Faults{})
			if network == slow {
				w.SetFaults(sim.Faults{sim.SlowOffload: {Chance: 1}}) // up to ten seconds
			}
		}
		if !d.run() || d.subject.Err() != nil {
			t.Fatalf("seed %d: %v", seed, d.subject.Err())
		}
		first, other := d.log.answers[0], d.log.answers[1]
		want := first
		switch {
		case slow == "ip4":
			ipv6First++
		case other < first+50*time.Millisecond:
			inTime++
			want = other
		default:
			late++
			want = first + 50*time.Millisecond + timerTick
		}
		if len(d.log.attempts) != 1 || d.log.attempts[0] != want {
			t.Errorf("seed %d: %s is slow: answers at %v, attempts at %v, want %v", seed, slow, d.log.answers, d.log.attempts, want)
		}
		if err := w.Close(); err != nil {
			t.Errorf("seed %d: %v", seed, err)
		}
	}
	if late == 0 || inTime == 0 || ipv6First == 0 {
		t.Errorf("%d late, %d in time, %d the other way round: some never came", late, inTime, ipv6First)
	}
}

// Addresses that come after the first attempts join those that are left: here an IPv6 address is tried as soon as it may.
func TestLateAddressesJoin(t *testing.T) {
	eddytest.Baseline(t)
	attempts := map[int]int{}
	for seed := range uint64(200) {
		w := sim.New(seed, sim.Config{})
		d := newDialWorld(w, func(d *dialWorld, rt *eddy.Runtime) error {
			d.names["late"] = []netip.Addr{d.live.Addr6(), d.dead.Addr(), d.dead.Addr()}
			s, err := rt.Dial("tcp", "late:7")
			if err != nil {
				return err
			}
			return s.Close()
		})
		d.before = func(network string) {
			w.SetFaults(sim.Faults{})
			if network == "ip6" {
				w.SetFaults(sim.Faults{sim.SlowOffload: {Chance: 1}})
			}
		}
		if !d.run() || d.subject.Err() != nil {
			t.Fatalf("seed %d: %v", seed, d.subject.Err())
		}
		ipv6 := d.log.answers[1]
		var want []time.Duration
		next := d.log.answers[0] + 50*time.Millisecond + timerTick
		for range 2 {
			if ipv6 < next {
				break
			}
			want = append(want, next)
			next += 250*time.Millisecond + timerTick
		}
		if len(want) == 0 || ipv6 > next {
			next = ipv6
		}
		want = append(want, next)
		attempts[len(want)]++
		if !slices.Equal(d.log.attempts, want) {
			t.Errorf("seed %d: answers at %v, attempts at %v, want %v", seed, d.log.answers, d.log.attempts, want)
		}
		if err := w.Close(); err != nil {
			t.Errorf("seed %d: %v", seed, err)
		}
	}
	if attempts[2] == 0 || attempts[3] == 0 {
		t.Errorf("some never came: %v", attempts)
	}
}

// An attempt that is refused lets the next one begin at once; if all fail the first one's error is the result.
func TestRefusalStartsTheNextAttempt(t *testing.T) {
	eddytest.Baseline(t)
	sim.Run(t, 1, func(w *sim.World) {
		d := newDialWorld(w, func(d *dialWorld, rt *eddy.Runtime) error {
			d.names["refusing"] = slices.Concat(d.names["live"], d.names["live"])
			begin := w.Elapsed()
			_, err := rt.Dial("tcp", "refusing:9")
			if !errors.Is(err, syscall.ECONNREFUSED) || err.Error() != "dial tcp ["+d.live.Addr6().String()+"]:9: connect: connection refused" {
				t.Errorf("got %v", err)
			}
			if took := w.Elapsed() - begin; took < 8*dialLatency || took > 8*dialLatency+2*time.Millisecond {
				t.Errorf("it took %v", took)
			}
			// Nobody answers the last: the kernel gives up, and the first one's error counts all the same.
			_, err = rt.Dial("tcp", "mixed dead:9")
			if !errors.Is(err, syscall.ECONNREFUSED) {
				t.Errorf("got %v", err)
			}
			h := rt.Spawn(func() { _, _ = rt.Dial("tcp", "mixed dead:9") })
			if err := rt.Sleep(100 * time.Millisecond); err != nil {
				return err
			}
			if now := rt.Stats(); now.Sources != 1 || now.Timers != 0 {
				t.Errorf("after the first attempt %d sources, %d timers", now.Sources, now.Timers)
			}
			h.Cancel()
			_, err = rt.Dial("tcp", "all dead:9")
			if !errors.Is(err, syscall.ETIMEDOUT) {
				t.Errorf("got %v", err)
			}
			if now := rt.Stats(); now.Sources != 0 || now.Timers != 0 {
				t.Errorf("left %d sources, %d timers", now.Sources, now.Timers)
			}
			return nil
		})
		if !d.run() {
			t.Error("some dial never ends")
		}
		for i, at := range d.log.attempts[1:min(4, len(d.log.attempts))] {
			if pause := at - d.log.attempts[i]; pause != 2*dialLatency {
				t.Errorf("%v between a refused attempt and the next", pause)
			}
		}
	})
}
