package reactor

import (
	"syscall"
	"testing"
	"time"

	"github.com/eddy-go/eddy/future"
	"github.com/eddy-go/eddy/internal/kernel"
)

// scriptedKernel is the poll and the clock of a kernel, with events from a script. What the reactor has no business
// with (sockets, bytes) is the embedded nil interface, which panics.
type scriptedKernel struct {
	kernel.Kernel
	now        time.Duration
	registered map[int]kernel.Token
	refuse     kernel.Errno // the answer to the next Register

	events   []kernel.Event // of the next Wait
	errno    kernel.Errno   // of the next Wait
	takes    time.Duration  // how long the next Wait lasts
	timeouts []time.Duration
}

func (k *scriptedKernel) Name() string       { return "script" }
func (k *scriptedKernel) Now() time.Duration { return k.now }

func (k *scriptedKernel) Register(fd int, token kernel.Token) kernel.Errno {
	if k.refuse != 0 {
		return k.refuse
	}
	if _, ok := k.registered[fd]; ok {
		return syscall.EEXIST
	}
	k.registered[fd] = token
	return 0
}

func (k *scriptedKernel) Deregister(fd int) kernel.Errno {
	if _, ok := k.registered[fd]; !ok {
		return syscall.ENOENT
	}
	delete(k.registered, fd)
	return 0
}

func (k *scriptedKernel) Wait(events []kernel.Event, timeout time.Duration) (int, kernel.Errno) {
	k.now += k.takes
	k.timeouts = append(k.timeouts, timeout)
	n, errno := copy(events, k.events), k.errno
	k.events, k.errno, k.takes = nil, 0, 0
	return n, errno
}

func newReactor() (*Reactor, *scriptedKernel) {
	k := &scriptedKernel{registered: make(map[int]kernel.Token)}
	return New(k), k
}

// turn lets the kernel report events in one Wait.
func turn(t *testing.T, r *Reactor, events ...kernel.Event) {
	t.Helper()
	r.kernel.(*scriptedKernel).events = events
	if err := r.Wait(0); err != nil {
		t.Fatalf("Wait: %v", err)
	}
}

// on is the event that s is ready.
func on(s *Source, ready kernel.Ready) kernel.Event {
	return kernel.Event{Token: s.Token(), Ready: ready}
}

// name is a Stringer.
type name string

func (n name) String() string { return string(n) }

func register(t *testing.T, r *Reactor, fd int, kind Kind, n name) *Source {
	t.Helper()
	s := &Source{}
	if err := r.Register(s, fd, kind, n); err != nil {
		t.Fatalf("Register(%d): %v", fd, err)
	}
	return s
}

// probe counts wakes and runs a hook on each, which a real target must not do.
type probe struct {
	wakes  int
	onWake func()
}

func (p *probe) Wake(uint64) { panic("the reactor woke from another goroutine's side") }
func (p *probe) WakeLocal(uint64) {
	p.wakes++
	if p.onWake != nil {
		p.onWake()
	}
}

func (p *probe) local() future.LocalWaker { return future.NewWaker(p, 1).Local() }

// waiting is an operation in a queue, with a probe as its task.
type waiting struct {
	probe
	Waiter
}

// join queues a new operation in d.
func join(d Direction, who name) *waiting {
	w := &waiting{}
	d.Wait(&w.Waiter, w.local(), who)
	return w
}

// wantWakes checks how often each operation was woken so far.
func wantWakes(t *testing.T, what string, want []int, ops ...*waiting) {
	t.Helper()
	for i, op := range ops {
		if op.wakes != want[i] {
			t.Errorf("%s: operation %d was woken %d times, want %d", what, i, op.wakes, want[i])
		}
	}
}

// mustPanic runs f, which must panic, and returns with what.
func mustPanic(t *testing.T, f func()) (value any) {
	t.Helper()
	defer func() {
		if value = recover(); value == nil {
			t.Error("it did not panic")
		}
	}()
	f()
	return nil
}
