package simnet

import (
	"math"
	"net/netip"
	"testing"
	"time"

	"github.com/eddy-go/eddy/internal/kernel"
	"github.com/eddy-go/eddy/internal/tape"
)

// Calms that are as long as a Duration can say stay calms, and the end of the clock is no endless loop.
func TestEpisodesAtTheEndsOfTime(t *testing.T) {
	n := New(tape.Seeded(1), time.Unix(0, 0))
	n.SetFaults(Faults{ShortRead: {Chance: 1, Calm: math.MaxInt64, Episode: time.Second}})
	if n.strike(ShortRead) {
		t.Error("it strikes at once, in a calm of centuries")
	}
	n.SetFaults(Faults{ShortRead: {Chance: 1, Calm: time.Second, Episode: time.Second}})
	n.Advance(math.MaxInt64)
	n.strike(ShortRead)
}

// An address is in the sum as a whole.
func TestAddressesDiffer(t *testing.T) {
	seen := map[uint64]string{}
	for _, a := range []string{"10.0.0.1:80", "10.0.0.2:80", "10.0.0.1:81", "[::]:80", "[::1]:80", "0.0.0.0:80"} {
		sum := addrArg(ip(a))
		if other, ok := seen[sum]; ok {
			t.Errorf("%s is taken for %s", a, other)
		}
		seen[sum] = a
	}
	for _, path := range []string{"/tmp/aa", "/tmp/bb", "", "/tmp/a"} {
		sum := addrArg(unixPath(path))
		if other, ok := seen[sum]; ok {
			t.Errorf("%s is taken for %s", path, other)
		}
		seen[sum] = path
	}
}

// An empty tape leaves the order of events as it is.
func TestEmptyTapeShufflesNothing(t *testing.T) {
	k := New(tape.Recorded(nil), time.Unix(0, 0)).Host("a").Boot(func() {})
	k.net.SetFaults(Faults{ShuffledTasks: {Chance: 1}})
	k.ready = []*socket{{fd: 0}, {fd: 1}, {fd: 2}, {fd: 3}}
	k.shuffleReady()
	for i, s := range k.ready {
		if s.fd != i {
			t.Errorf("place %d has socket %d", i, s.fd)
		}
	}
}

func ip(a string) kernel.Addr { return kernel.Addr{IP: netip.MustParseAddrPort(a)} }

func unixPath(path string) kernel.Addr { return kernel.Addr{Unix: true, Path: path} }
