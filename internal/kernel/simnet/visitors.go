package simnet

import "time"

// visitor is a function of Host.Outside.
type visitor struct {
	fn   func()
	wait int  // kernel calls that go before it
	busy bool // it wants the host in the midst of its work, and lets the kernel stay parked
}

// The bounds of a visitor's patience. Picked: a few turns of a runtime's loop, and several times the flight of a packet.
const (
	maxWait  = 32
	busyWait = 2 * time.Millisecond
)

// visit has fn called within one of the next calls. A kernel that is parked makes none. Half of the visitors wake it,
// and its Wait goes on afterwards; the others come when it works again, so that they meet the loop between its last look
// at its inbox and its sleep, too. If it does not work for a while, they wake it after all.
func (k *Kernel) visit(fn func()) {
	v := &visitor{fn: fn, wait: k.net.tape.Below("outside", maxWait)}
	if k.waiting && k.net.tape.Below("outside of work", 2) == 1 {
		v.busy = true
		k.net.After(busyWait, func() { v.busy = false })
	}
	k.visitors = append(k.visitors, v)
}

// visited reports whether there is a visitor for whom a parked kernel is to be woken.
func (k *Kernel) visited() bool {
	for _, v := range k.visitors {
		if !v.busy {
			return true
		}
	}
	return false
}

// admit calls the visitors whose turn it is. A kernel that would park asks again and again, until all have come who do
// not want to meet it at work: nobody knows when the next call will be.
func (k *Kernel) admit(parking bool) {
	for i := 0; i < len(k.visitors); {
		v := k.visitors[i]
		if parking && v.busy {
			i++
			continue
		}
		if v.wait > 0 {
			v.wait--
			i++
			continue
		}
		k.visitors = append(k.visitors[:i], k.visitors[i+1:]...)
		k.net.note(k.host, "outside", 0, 0, 0, 0)
		v.fn()
		if k.dead {
			return
		}
	}
}
