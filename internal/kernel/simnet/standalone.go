package simnet

import (
	"time"

	"github.com/eddy-go/eddy/internal/tape"
)

// Standalone returns a kernel on a host and a network of its own, whose Wait moves the clock itself. It is for tests
// of the kernel alone.
//
// When nothing is going to happen within an hour, the clock stands until another goroutine calls Wake: whoever would
// sit through that wait in a test waits for a goroutine. A call that is answered EAGAIN takes a tick, so that a loop
// that asks without waiting gets on.
func Standalone(t *tape.Tape) *Kernel {
	n := New(t, time.Now())
	k := n.Host("standalone").Boot(nil)
	k.standalone = true
	k.bell = make(chan struct{}, 1)
	k.park = k.drive
	k.OnWake(func() {
		select {
		case k.bell <- struct{}{}:
		default:
		}
	})
	return k
}

const tooFar = time.Hour

// drive moves the clock until the kernel is runnable.
func (k *Kernel) drive() {
	for !k.Runnable() {
		if at, ok := k.net.Next(); ok && at-k.net.now < tooFar {
			k.net.Advance(at)
		} else {
			<-k.bell
		}
	}
}
