//go:build unix

package eddy_test

import (
	"bytes"
	"context"
	"errors"
	"net/netip"
	"runtime/pprof"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/internal/kernel"
)

// F23: lookups that hang keep no offloaded function waiting, whatever queues behind them.
func TestHangingLookupsLetOffloadsGoOn(t *testing.T) {
	besideAFullLane(t, func(l lanesTest) {
		l.check(l.lookUp, l.offload, func(s eddy.Stats) (full, other eddy.LaneStats) { return s.Lookups, s.Offloads })
	})
}

// F23: and offloaded functions keep no lookup waiting.
func TestHangingOffloadsLetLookupsGoOn(t *testing.T) {
	besideAFullLane(t, func(l lanesTest) {
		l.check(l.offload, l.lookUp, func(s eddy.Stats) (full, other eddy.LaneStats) { return s.Offloads, s.Lookups })
	})
}

// lanesTest has a runtime with lanes for one function each.
type lanesTest struct {
	t       *testing.T
	rt      *eddy.Runtime
	goOn    <-chan struct{} // closed when what hangs may go on
	release func()
}

func besideAFullLane(t *testing.T, test func(l lanesTest)) {
	t.Helper()
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		goOn := make(chan struct{})
		release := sync.OnceFunc(func() { close(goOn) })
		c := eddy.Config{MaxOffload: 1, MaxLookups: 1, LookupIP: func(_ context.Context, _, host string) ([]netip.Addr, error) {
			if host == "hangs" {
				<-goOn
			}
			return []netip.Addr{netip.MustParseAddr("192.0.2.1")}, nil
		}}
		blockOn(t, newRuntime(t, c, k), func(t *testing.T, rt *eddy.Runtime) {
			defer release()
			test(lanesTest{t, rt, goOn, release})
		})
	})
}

func (l lanesTest) lookUp(hangs bool) {
	host := "quick"
	if hangs {
		host = "hangs"
	}
	got(l.rt.LookupIP("ip4", host))(l.t)
}

func (l lanesTest) offload(hangs bool) {
	got(eddy.Await(l.rt, eddy.Offload(l.rt, func() (int, error) {
		if hangs {
			<-l.goOn
		}
		return 0, nil
	})))(l.t)
}

// check fills one lane with what hangs, and looks whether the other one works.
func (l lanesTest) check(full, other func(hangs bool), stats func(eddy.Stats) (full, other eddy.LaneStats)) {
	want := func(wantFull, wantOther eddy.LaneStats) {
		l.t.Helper()
		if f, o := stats(l.rt.Stats()); f != wantFull || o != wantOther {
			l.t.Errorf("the full lane has %+v, the other one %+v; want %+v and %+v", f, o, wantFull, wantOther)
		}
	}
	var hanging []*eddy.JoinHandle[struct{}]
	for range 3 {
		hanging = append(hanging, l.rt.Spawn(func() { full(true) }))
	}
	must(l.t, l.rt.Yield())
	want(eddy.LaneStats{Running: 1, Queued: 2}, eddy.LaneStats{})
	h := l.rt.Spawn(func() { other(false) })
	until(l.t, l.rt, "the other lane works", h.Done)
	want(eddy.LaneStats{Running: 1, Queued: 2}, eddy.LaneStats{Finished: 1})
	l.release()
	for _, h := range hanging {
		got(h.Join())(l.t)
	}
	want(eddy.LaneStats{Finished: 3}, eddy.LaneStats{Finished: 1})
}

// Offloads shows what runs and what queues, in order, and for how long. What was cancelled while it queued is gone; what
// runs stays until it has ended.
func TestOffloadsAreVisible(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		goOn := make(chan struct{})
		c := eddy.Config{MaxOffload: 1, LookupIP: func(context.Context, string, string) ([]netip.Addr, error) { <-goOn; return nil, nil }}
		blockOn(t, newRuntime(t, c, k), func(t *testing.T, rt *eddy.Runtime) {
			var handles []*eddy.JoinHandle[int]
			for range 3 {
				handles = append(handles, eddy.SpawnFuture(rt, eddy.Offload(rt, func() (int, error) { <-goOn; return 0, nil })))
			}
			rt.Spawn(func() { rt.LookupIP("ip", "host.example") })
			must(t, rt.Yield())
			const function = "offload TestOffloadsAreVisible"
			check := func(want ...string) {
				t.Helper()
				var lines []string
				for _, o := range rt.Offloads() {
					lines = append(lines, inBrief(o))
				}
				if !slices.Equal(lines, want) {
					t.Errorf("got %q, want %q", lines, want)
				}
			}
			lookups := []string{"lookup lookup ip6 host.example running", "lookup lookup ip4 host.example running"}
			check(append([]string{function + " running", function + " queued", function + " queued"}, lookups...)...)

			must(t, rt.Sleep(2*time.Millisecond))
			for _, o := range rt.Offloads() {
				if o.For < 2*time.Millisecond || !strings.Contains(o.String(), o.Name+": "+o.State+" for ") {
					t.Errorf("%+v prints %v", o, o)
				}
			}
			handles[0].Cancel()
			handles[1].Cancel()
			must(t, rt.Yield())
			check(append([]string{function + " running", function + " queued"}, lookups...)...)
			close(goOn)
			got(handles[2].Join())(t)
			until(t, rt, "the lookups end", func() bool { return len(rt.Offloads()) == 0 })
			if s := rt.Stats(); s.Offloads != (eddy.LaneStats{Finished: 2}) || s.Lookups != (eddy.LaneStats{Finished: 2}) {
				t.Errorf("%+v, %+v", s.Offloads, s.Lookups)
			}
		})
	})
}

// inBrief leaves out where in a test the function stands, and the time.
func inBrief(o eddy.OffloadInfo) string {
	if i := strings.LastIndex(o.Name, "eddy_test."); i >= 0 {
		o.Name, _, _ = strings.Cut(o.Name[i+len("eddy_test."):], ".")
	}
	return o.Lane + " " + o.Name + " " + o.State
}

// A profile tells what a goroutine outside the loop does, and for which task.
func TestOffloadsAreLabelled(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		goOn := make(chan struct{})
		begun := make(chan struct{})
		h := eddy.Spawn(rt, func() (int, error) {
			return eddy.Await(rt, eddy.Offload(rt, func() (int, error) { close(begun); <-goOn; return 0, nil }))
		})
		must(t, rt.Yield())
		<-begun
		var profile bytes.Buffer
		must(t, pprof.Lookup("goroutine").WriteTo(&profile, 1))
		labelled := false
		for record := range strings.SplitSeq(profile.String(), "\n\n") {
			if strings.Contains(record, `"lane":"offload"`) {
				labelled = true
				for _, want := range []string{`"offload":"`, "TestOffloadsAreLabelled", `"task":"`} {
					_, labels, _ := strings.Cut(record, "labels: ")
					labels, _, _ = strings.Cut(labels, "\n")
					if !strings.Contains(labels, want) {
						t.Errorf("no %s in %s", want, labels)
					}
				}
			}
		}
		if !labelled {
			t.Errorf("no goroutine has the labels:\n%s", &profile)
		}
		close(goOn)
		got(h.Join())(t)
	})
}

// Functions that queue begin in the order of their coming, whichever of them are cancelled meanwhile; those never begin.
func TestCancelledOffloadsNeverBegin(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		const n = 1000
		goOn := make(chan struct{})
		var began []int // by one goroutine at a time
		blockOn(t, newRuntime(t, eddy.Config{MaxOffload: 1}, k), func(t *testing.T, rt *eddy.Runtime) {
			var handles []*eddy.JoinHandle[int]
			for i := range n {
				handles = append(handles, eddy.SpawnFuture(rt, eddy.Offload(rt, func() (int, error) {
					if i == 0 {
						<-goOn
					}
					began = append(began, i)
					return i, nil
				})))
			}
			untilWaiting(t, rt, n)
			var want []int
			for i := range n {
				if i%3 == 1 || i > n/2 && i%2 == 0 {
					handles[n-1-i].Cancel()
				}
			}
			for i := range n {
				if j := n - 1 - i; j%3 != 1 && (j <= n/2 || j%2 != 0) {
					want = append(want, i)
				}
			}
			must(t, rt.Yield())
			if s := rt.Stats().Offloads; s.Running != 1 || s.Queued != len(want)-1 {
				t.Errorf("%+v, want %d in all", s, len(want))
			}
			close(goOn)
			for _, h := range handles {
				if _, err := h.Join(); err != nil && !errors.Is(err, eddy.ErrCanceled) {
					t.Error(err)
				}
			}
			if !slices.Equal(began, want) {
				t.Errorf("%d began, want %d, in order", len(began), len(want))
			}
		})
	})
}
