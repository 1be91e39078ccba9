package simnet

// visitor is a function of Host.Outside.
type visitor struct {
	fn   func()
	wait int // kernel calls that go before it
}

// maxWait is how many kernel calls may go before a visitor. Picked: a few turns of a runtime's loop.
const maxWait = 32

// visit has fn called within one of the next calls. A kernel that is parked makes none: it is woken for it, and its
// Wait goes on afterwards.
func (k *Kernel) visit(fn func()) {
	k.visitors = append(k.visitors, visitor{fn: fn, wait: k.net.tape.Below("outside", maxWait)})
}

// admit calls the visitors whose turn it is. A kernel that would park asks again and again, until all have come: nobody
// knows when the next call will be.
func (k *Kernel) admit() {
	for i := 0; i < len(k.visitors); {
		v := &k.visitors[i]
		if v.wait > 0 {
			v.wait--
			i++
			continue
		}
		fn := v.fn
		k.visitors = append(k.visitors[:i], k.visitors[i+1:]...)
		k.net.note(k.host, "outside", 0, 0, 0, 0)
		fn()
		if k.dead {
			return
		}
	}
}
