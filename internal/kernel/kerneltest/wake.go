package kerneltest

import (
	"sync"
	"sync/atomic"

	"github.com/eddy-go/eddy/internal/kernel"
)

// A wake is never lost: it ends the current wait or the next.
var wakeProperties = []property{
	{"a wake ends the next wait", func(r *rig) {
		for range 10 {
			r.k.Wake()
			r.awaitWake()
		}
	}},
	{"a wake ends the next wait for ever", func(r *rig) {
		r.k.Wake()
		for r.seen[kernel.WakeToken] == 0 {
			r.collect(r.events, -1)
		}
	}},
	{"a wake is found without waiting", func(r *rig) {
		r.k.Wake()
		r.collect(r.events, 0)
		if _, woken := r.seen[kernel.WakeToken]; !woken {
			r.Fatal("Wait(0) after Wake did not report it")
		}
	}},
	{"a wake that was seen is over", func(r *rig) {
		r.k.Wake()
		r.awaitWake()
		r.forget()
	}},
	{"many wakes end at least one wait", func(r *rig) {
		for range 1000 {
			r.k.Wake()
		}
		r.awaitWake()
		r.forget()
		r.k.Wake()
		r.awaitWake()
	}},
	{"a wake from another goroutine ends a wait for ever", func(r *rig) {
		const rounds = 200
		ask := make(chan struct{}, 1)
		var waker sync.WaitGroup
		waker.Go(func() {
			for range ask {
				r.k.Wake()
			}
		})
		for range rounds {
			ask <- struct{}{}
			for n := 0; n == 0; {
				n = r.collect(r.events, -1)
			}
		}
		close(ask)
		waker.Wait()
	}},
	// F20: what was written before a wake is seen after the wait that it ended; no wake falls between two waits.
	{"no wake is lost while the waiter goes to sleep", func(r *rig) {
		const wakers, each = 4, 500
		var done atomic.Int64
		var all sync.WaitGroup
		for range wakers {
			all.Go(func() {
				for range each {
					done.Add(1)
					r.k.Wake()
				}
			})
		}
		for done.Load() < wakers*each {
			r.collect(r.events, -1)
		}
		all.Wait()
	}},
	{"a wake comes among other events", func(r *rig) {
		listener := r.listen(loopback4, kernel.ListenOptions{})
		l := r.register(listener)
		var tokens []kernel.Token
		for range 8 {
			client, server := r.connect(listener, l)
			r.put(client, "x")
			tokens = append(tokens, r.register(server))
		}
		r.k.Wake()
		r.events = r.events[:2]
		r.awaitWake()
		for _, token := range tokens {
			r.await(token, kernel.Readable)
		}
	}},
}
