package simnet

import (
	"hash/crc32"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/eddy-go/eddy/internal/kernel"
	"github.com/eddy-go/eddy/internal/tape"
)

var _ kernel.Simulated = (*Kernel)(nil)

// Kernel is a host's kernel, as far as one process uses it. See package kernel for the contract.
type Kernel struct {
	net      *Net
	host     *Host
	boot     time.Duration // when the process began
	counters kernel.Counters
	urgent   bool

	sockets []*socket // by descriptor
	lowest  int       // no descriptor below is free
	open    int
	ports   map[uint16]*binding // looked up, never ranged over

	registered []*socket
	ready      []*socket // those with something to report, in the order in which it came, and some that have no more
	pending    int       // how many there have something to report
	visitors   []*visitor

	park      func()
	waiting   bool
	breathing bool          // it waits for the clock alone
	deadline  time.Duration // of the Wait that goes on
	alarm     alarm         // at the deadline
	busy      int           // waits in a row that did not park
	hasty     int           // waits in a row that did not want to wait, and found nothing

	woken  atomic.Bool // by Wake, and not yet told
	parked atomic.Bool
	onWake atomic.Pointer[func()]

	dead    bool          // crashed or killed
	ended   bool          // by End
	private time.Duration // a dead kernel's clock
	vain    int           // waits for ever of a dead kernel, since the last other one

	standalone bool
	bell       chan struct{} // rung by Wake: a standalone kernel with nothing to do listens
}

// Name returns "simulation".
func (k *Kernel) Name() string { return "simulation" }

// BlocksThread reports false: Wait parks a coroutine.
func (k *Kernel) BlocksThread() bool { return false }

// ReportsUrgent reports what SetUrgent said, at first true. Nobody here ever sends urgent data.
func (k *Kernel) ReportsUrgent() bool { return k.urgent }

// SetUrgent says whether the kernel is one that tells of urgent data, as epoll does, or one on which a short read
// proves nothing. It is for the time before the kernel is used.
func (k *Kernel) SetUrgent(reports bool) { k.urgent = reports }

// ThreadID returns 0: all hosts share a thread.
func (k *Kernel) ThreadID() int { return 0 }

// Start returns when the process began.
func (k *Kernel) Start() time.Time { return k.net.epoch.Add(k.boot) }

// Now is the virtual time since Start.
func (k *Kernel) Now() time.Duration {
	if k.dead {
		return k.private
	}
	return k.net.now - k.boot
}

// Counters counts the calls made so far.
func (k *Kernel) Counters() *kernel.Counters { return &k.counters }

// Open returns how many descriptors are open.
func (k *Kernel) Open() int { return k.open }

// End closes the poll. Sockets that are still open stay so.
func (k *Kernel) End() error {
	k.ended = true
	k.net.alarms.stop(&k.alarm)
	return nil
}

// die ends the kernel for its process: whatever is open is gone.
func (k *Kernel) die() {
	k.private = k.net.now - k.boot
	k.dead = true
	k.net.alarms.stop(&k.alarm)
	for _, s := range k.registered {
		s.silence()
	}
	k.registered, k.ready, k.visitors, k.open = nil, nil, nil, 0
	clear(k.sockets)
}

// happen is the end of a wait's time. There is nothing to do: Runnable compares the clock.
func (k *Kernel) happen(happening) {}

// enter begins a kernel call. It reports false if the kernel is dead.
func (k *Kernel) enter() bool {
	if k.dead {
		return false
	}
	k.net.calls++
	if len(k.visitors) > 0 {
		k.admit(false)
	}
	return !k.dead
}

// done ends a kernel call: it is written down.
func (k *Kernel) done(what string, fd int, arg, result uint64, errno kernel.Errno) {
	if k.dead {
		return
	}
	k.net.tape.Record(tape.Entry{
		At: k.net.now, Host: k.host.name, What: what, FD: fd, Arg: arg, Result: result, Errno: uintptr(errno),
	})
	if k.standalone && errno == syscall.EAGAIN {
		k.net.Advance(k.net.now + tick)
	}
}

// tick is the shortest time that a wait takes which finds nothing, and that a standalone kernel takes to say so. It
// keeps loops that ask again and again from standing still in time.
const tick = time.Microsecond

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// summed is what is written down of data.
func summed(p []byte) uint64 { return uint64(crc32.Checksum(p, castagnoli)) }
