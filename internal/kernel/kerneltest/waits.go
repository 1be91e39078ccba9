package kerneltest

import (
	"math"
	"sync"
	"time"

	"github.com/eddy-go/eddy/internal/kernel"
)

// A wait lasts as long as it was told to, by the kernel's own clock.
var waitProperties = []property{
	// F16
	{"a wait is never early", func(r *rig) {
		for _, timeout := range []time.Duration{
			1, 999, time.Microsecond, 50 * time.Microsecond, 499_999, 999_999, time.Millisecond, 1_000_001,
			1_500 * time.Microsecond, 3 * time.Millisecond, 12_345_678,
		} {
			begin := r.k.Now()
			n := r.collect(r.events, timeout)
			if waited := r.k.Now() - begin; n == 0 && waited < timeout {
				r.Errorf("a wait of %v lasted %v", timeout, waited)
			}
		}
	}},
	{"a wait of zero finds what is there", func(r *rig) {
		client, server := r.pair()
		s := r.register(server)
		r.forget()
		r.put(client, "x")
		for r.seen[s]&kernel.Readable == 0 {
			r.collect(r.events, 0)
		}
	}},
	{"a wait ends at the first event", func(r *rig) {
		client, server := r.pair()
		s := r.register(server)
		r.put(client, "x")
		for r.seen[s]&kernel.Readable == 0 {
			r.collect(r.events, -1)
		}
	}},
	{"waits that gave the processor away are counted", func(r *rig) {
		if !r.k.BlocksThread() {
			r.Skip("waits of this kernel block no thread")
		}
		r.forget()
		before := *r.k.Counters()
		r.collect(r.events, 0)
		asked := *r.k.Counters()
		r.collect(r.events, time.Millisecond)
		slept := *r.k.Counters()
		if asked.Blocks != before.Blocks || asked.Waits == before.Waits {
			r.Errorf("a wait of 0: %+v, then %+v", before, asked)
		}
		if slept.Blocks == asked.Blocks || slept.Blocks-asked.Blocks > slept.Waits-asked.Waits {
			r.Errorf("a wait of 1 ms: %+v, then %+v", asked, slept)
		}
	}},
	// F15
	{"the longest timeouts do not end at once", func(r *rig) {
		for _, timeout := range []time.Duration{math.MaxInt64, math.MaxInt64 - 1, 1 << 62, math.MaxInt32 * time.Millisecond, math.MinInt64} {
			var waker sync.WaitGroup
			r.forget()
			waker.Go(r.k.Wake)
			for r.seen[kernel.WakeToken] == 0 {
				if r.collect(r.events, timeout) == 0 {
					r.Fatalf("a wait of %d ns ended with nothing", timeout)
				}
			}
			waker.Wait()
		}
	}},
	{"the clock goes forward from the start", func(r *rig) {
		if r.k.Start().IsZero() {
			r.Fatal("no start")
		}
		last := r.k.Now()
		if last < 0 {
			r.Fatalf("Now is %v", last)
		}
		for range 1000 {
			now := r.k.Now()
			if now < last {
				r.Fatalf("%v after %v", now, last)
			}
			last = now
		}
	}},
	{"the kernel tells what it is", func(r *rig) {
		if r.k.Name() == "" {
			r.Error("no name")
		}
		if id := r.k.ThreadID(); id < 0 {
			r.Errorf("thread %d", id)
		}
	}},
}
