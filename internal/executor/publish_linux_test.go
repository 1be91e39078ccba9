package executor

import (
	"runtime"
	"syscall"
	"testing"
	"unsafe"

	"github.com/eddy-go/eddy/future"
)

// hiddenPipe passes a byte between goroutines in a way that the race detector does not see: raw system calls.
type hiddenPipe [2]int

func newHiddenPipe(t *testing.T) *hiddenPipe {
	p := new(hiddenPipe)
	if err := syscall.Pipe2(p[:], syscall.O_NONBLOCK|syscall.O_CLOEXEC); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		syscall.Close(p[0])
		syscall.Close(p[1])
	})
	return p
}

func (p *hiddenPipe) put() {
	b := [1]byte{1}
	syscall.RawSyscall(syscall.SYS_WRITE, uintptr(p[1]), uintptr(unsafe.Pointer(&b)), 1)
}

func (p *hiddenPipe) get() {
	var b [1]byte
	for {
		if _, _, errno := syscall.RawSyscall(syscall.SYS_READ, uintptr(p[0]), uintptr(unsafe.Pointer(&b)), 1); errno == 0 {
			return
		}
		runtime.Gosched()
	}
}

// A waker that finds posted up already publishes its writes all the same. Without its compare-and-swap the race
// detector reports the poll's read of the data: nothing else that it sees orders the two.
func TestWakePublishesWherePostedIsUp(t *testing.T) {
	r := newRig(t)
	done := newHiddenPipe(t)
	data, seen := 0, 0
	var w future.Waker
	SpawnFuture(r.ex, future.Func(func(cx *future.Context) (int, error) {
		w = cx.Waker()
		if seen = data; seen == 100 {
			return seen, nil
		}
		return 0, future.Pending
	}))
	r.run()
	for i := range 100 {
		w.Wake() // posted is up
		go func() {
			data = i + 1
			w.Wake()
			done.put()
		}()
		done.get()
		r.turn()
		if seen != i+1 {
			t.Fatalf("the poll saw %d, want %d", seen, i+1)
		}
	}
}
