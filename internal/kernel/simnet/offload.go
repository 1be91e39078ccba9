package simnet

import "time"

// How long an offloaded function takes, from the least to the most, and to the most of one that is slow. Picked.
const (
	quickest = 10 * time.Microsecond
	quick    = time.Millisecond
	slow     = 10 * time.Second
)

// Settle knows no other goroutines: who simulates them has a kernel around this one.
func (k *Kernel) Settle() {}

// Offload calls run on a goroutine of its own, as in production, waits for it, and posts some virtual time later. post
// is not called once the host has crashed.
func (k *Kernel) Offload(run, post func()) {
	ended := make(chan struct{})
	go func() {
		defer close(ended) // run may end by Goexit
		run()
	}()
	<-ended
	if k.dead {
		return
	}
	n := k.net
	most := quick
	if n.strike(SlowOffload) {
		most = slow
	}
	d := n.tape.Between("offload", quickest, most)
	n.note(k.host, "offload", 0, uint64(d), 0, 0)
	n.After(d, func() {
		if !k.dead {
			n.note(k.host, "post", 0, 0, 0, 0)
			post()
		}
	})
}
