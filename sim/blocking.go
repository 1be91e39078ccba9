package sim

import (
	"fmt"
	"time"

	"github.com/eddy-go/eddy/internal/kernel/simnet"
)

// bubbled is a host's kernel in a bubble.
type bubbled struct {
	*simnet.Kernel
	h *Host
}

// Offload leaves out what the offloaded function takes: it may wait for whatever it likes.
func (k bubbled) Offload(run, post func()) {
	began := k.h.w.bubble.now()
	k.Kernel.Offload(run, post)
	k.h.offloading += k.h.w.bubble.now() - began
}

// Settle lets the bubble's other goroutines go on until each of them waits.
func (k bubbled) Settle() { k.h.w.bubble.settled() }

// noteBlocking fails the world if the turn that has ended took time, once for a host: a task has stopped all hosts.
func (h *Host) noteBlocking(took time.Duration) {
	took -= h.offloading
	h.offloading = 0
	if took <= 0 || h.blocked {
		return
	}
	h.blocked = true
	h.w.fail(fmt.Errorf("host %s: a turn has taken %v until %v: a task has slept or waited outside of the runtime; use "+
		"Runtime.Sleep; nothing in a task may block but through the runtime", h.Name(), took, h.w.bubble.now()))
}
