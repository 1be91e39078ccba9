package simnet

import (
	"math"
	"syscall"
	"time"

	"github.com/eddy-go/eddy/internal/kernel"
)

// Wait fills events and returns how many. One that finds nothing takes some time: see least.
func (k *Kernel) Wait(events []kernel.Event, timeout time.Duration) (n int, errno kernel.Errno) {
	if len(events) == 0 {
		return 0, syscall.EINVAL
	}
	if !k.enter() {
		return k.deadWait(events, timeout), 0
	}
	k.counters.Waits++
	k.spurious()
	k.breathe()
	if n = k.collect(events); n == 0 {
		begin := k.Now()
		n = k.sleep(events, timeout)
		k.count(n, timeout)
		if k.dead && timeout > 0 {
			timeout = max(timeout-(k.private-begin), 0)
		}
	}
	if k.dead {
		return k.deadWait(events, timeout), 0
	}
	k.counters.Events += uint64(n)
	k.done("wait", 0, uint64(timeout), uint64(n), 0)
	return n, 0
}

// sleep parks until there is something to report, or timeout is over.
func (k *Kernel) sleep(events []kernel.Event, timeout time.Duration) (n int) {
	k.deadline = math.MaxInt64
	if timeout >= 0 {
		k.deadline = k.net.from(max(timeout, k.least()))
	}
	if k.deadline < math.MaxInt64 {
		k.net.alarms.set(&k.alarm, k.deadline)
	}
	k.waiting, k.busy = true, 0
	for {
		if len(k.visitors) > 0 {
			k.admit(true)
		}
		if k.dead {
			break
		}
		if n = k.collect(events); n > 0 || k.net.now >= k.deadline {
			break
		}
		k.rest()
	}
	k.waiting = false
	k.net.alarms.stop(&k.alarm)
	return n
}

// hastyWaits and slowest say how a loop that asks in vain, over and over, is slowed down. Both picked: no loop that does
// something asks so often, and a second of such a loop is soon over.
const (
	hastyWaits = 64
	slowest    = 10 // doublings of a tick: a millisecond
)

// least returns how long a wait takes at least that finds nothing. It is a tick, and more for a loop that does not want
// to wait and finds nothing, time and again: a task that ignores its errors would otherwise turn it a million times in
// each virtual second.
func (k *Kernel) least() time.Duration { return tick << min(k.hasty/hastyWaits, slowest) }

// count counts the waits in a row that did not want to wait, and found nothing.
func (k *Kernel) count(found int, timeout time.Duration) {
	if found == 0 && timeout == 0 {
		k.hasty++
	} else {
		k.hasty = 0
	}
}

// rest parks, unless there is a reason not to. A wake that comes before parked is up is seen by Runnable; one that
// comes later calls OnWake.
func (k *Kernel) rest() {
	k.parked.Store(true)
	if !k.Runnable() {
		k.park()
	}
	k.parked.Store(false)
}

// Runnable reports whether Wait would return: there are events, a Wake came, or its time is over.
func (k *Kernel) Runnable() bool {
	switch {
	case k.ended:
		return false
	case k.dead || !k.waiting || k.net.now >= k.deadline:
		return true
	}
	return !k.breathing && (k.pending > 0 || len(k.visitors) > 0 && k.visited() || k.woken.Load())
}

// maxBusy is how many waits in a row may find something at once. Picked: far more than work that comes to an end.
const maxBusy = 1000

// breathe lets a tick pass, whatever there is to report, once no wait has parked for too long: a loop that always finds
// something to do, by its own doing, must not stop the world.
func (k *Kernel) breathe() {
	if k.busy++; k.busy <= maxBusy {
		return
	}
	k.deadline = k.net.from(tick)
	k.net.alarms.set(&k.alarm, k.deadline)
	k.waiting, k.breathing = true, true
	for !k.dead && k.net.now < k.deadline {
		k.rest()
	}
	k.waiting, k.breathing = false, false
	k.net.alarms.stop(&k.alarm)
}

// collect takes what is ready. A wake comes first: it needs one place, and must not be kept out by others.
func (k *Kernel) collect(events []kernel.Event) (n int) {
	if k.dead {
		return 0
	}
	if k.woken.Load() && k.woken.Swap(false) {
		events[0] = kernel.Event{Token: kernel.WakeToken, Ready: kernel.Readable}
		n = 1
	}
	k.shuffleReady()
	taken := 0
	for n < len(events) && taken < len(k.ready) {
		s := k.ready[taken]
		taken++
		if !s.pending {
			continue
		}
		ready := s.report()
		if ready == 0 {
			continue
		}
		events[n] = kernel.Event{Token: s.token, Ready: ready}
		n++
		k.net.tape.Record(tapeEvent(k, s, ready))
	}
	rest := copy(k.ready, k.ready[taken:])
	clear(k.ready[rest:])
	k.ready = k.ready[:rest]
	return n
}

// Wake ends the current or the next Wait. It is for any goroutine.
func (k *Kernel) Wake() {
	if k.woken.Swap(true) || !k.parked.Load() {
		return
	}
	if fn := k.onWake.Load(); fn != nil {
		(*fn)()
	}
}

// OnWake has fn called when a Wake comes while the kernel's host is parked. It is called from the waker's goroutine.
func (k *Kernel) OnWake(fn func()) { k.onWake.Store(&fn) }

// maxVain is how often a dead kernel's Wait may be told to wait for ever, and return. Picked.
const maxVain = 100_000

// deadWait answers the runtime of a crashed host, which is being unwound: its timers are due at once. A wait for ever
// ends with a wake: the request to stop stands in the runtime's inbox.
func (k *Kernel) deadWait(events []kernel.Event, timeout time.Duration) int {
	if timeout >= 0 {
		k.vain = 0
		k.private += min(max(timeout, tick<<slowest), math.MaxInt64-k.private)
		return 0
	}
	if k.vain++; k.vain > maxVain {
		panic("simnet: the runtime of " + k.host.name + ", which has crashed, waits for ever")
	}
	events[0] = kernel.Event{Token: kernel.WakeToken, Ready: kernel.Readable}
	return 1
}
