package executor

import (
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/eddy-go/eddy/future"
)

// mailbox is a future that another goroutine feeds by plain writes, made visible by its Wake alone.
type mailbox struct {
	future.NoCancel
	data  int      // written by the goroutine before each Wake
	ack   chan int // never blocks the loop
	waker chan future.Waker
	end   int
}

func (m *mailbox) Poll(cx *future.Context) (int, error) {
	if m.waker != nil {
		m.waker <- cx.Waker()
		m.waker = nil
	}
	data := m.data // before the ack: after it the goroutine writes again
	select {
	case m.ack <- data:
	default:
	}
	if data == m.end {
		return data, nil
	}
	return 0, future.Pending
}

// F5, F20: with wakes from other goroutines none is lost, and what was written before one is visible to the poll that
// follows. The race detector checks the second half.
func TestForeignWakes(t *testing.T) {
	r := newRig(t)
	kick := make(chan struct{}, 1)
	r.ex.inbox.wakeLoop = func() {
		select {
		case kick <- struct{}{}:
		default: // a late one for an earlier sleep: the loop is awake, or about to be
		}
	}
	var wg sync.WaitGroup
	stop := time.Now().Add(200 * time.Millisecond)
	const last = 1 << 30
	for range 4 {
		m := &mailbox{ack: make(chan int, 1), waker: make(chan future.Waker, 1), end: last}
		wakers := m.waker
		SpawnFuture(r.ex, future.Future[int](m))
		wg.Go(func() {
			w := <-wakers
			<-m.ack // of the first poll
			for time.Now().Before(stop) {
				m.data++
				w.Wake()
				if got := <-m.ack; got != m.data {
					t.Errorf("the poll saw %d, want %d", got, m.data)
				}
			}
			m.data = last
			w.Wake()
		})
	}
	for r.ex.Live() > 0 {
		r.turn()
		if r.ex.Live() > 0 && r.ex.Ready() == 0 && r.ex.FallAsleep() {
			select {
			case <-kick:
			case <-time.After(10 * time.Second):
				t.Fatal("lost wake: the loop sleeps for ever")
			}
		}
	}
	wg.Wait()
	// A kick that came while the loop was on its way to the end.
	r.ex.CloseInbox(func() {})
	if c := r.ex.Counts(); c.Posts == 0 || c.Kicks > c.Posts {
		t.Errorf("counts: %+v", c)
	}
}

// F20, F32: a wake that has begun to end the loop's wait delays the end of the kernel until it is through.
func TestEndWaitsForAWakeInProgress(t *testing.T) {
	r := newRig(t)
	kernelOpen := true // the race detector checks that its reader and its writer are ordered
	entered, leave := make(chan struct{}), make(chan struct{})
	r.ex.inbox.wakeLoop = func() {
		close(entered)
		<-leave
		if !kernelOpen {
			t.Error("the kernel was closed under a wake in progress")
		}
	}
	r.run() // and the loop is asleep
	var wg sync.WaitGroup
	wg.Go(func() { r.ex.Post(func() {}) })
	<-entered
	wg.Go(func() { r.ex.CloseInbox(func() { kernelOpen = false }) })
	for r.ex.Post(func() {}) { // until the end has begun
		runtime.Gosched()
	}
	close(leave)
	wg.Wait()
}

// F20, F32: a wake that is on its way to end the loop's wait, and comes after the end of the kernel, does nothing.
func TestWakeOvertakenByTheEnd(t *testing.T) {
	r := newRig(t)
	r.ex.inbox.wakeLoop = func() { t.Error("a wake after the end") }
	h := SpawnFuture[int](r.ex, &leaf{})
	w := future.NewWaker(&h.task, 0)
	r.run() // and the loop is asleep
	b := &r.ex.inbox
	b.waking.Lock()
	var wg sync.WaitGroup
	wg.Go(w.Wake)
	for kicks := uint64(0); kicks == 0; _, kicks = b.counted() { // until it has announced what it will do
		runtime.Gosched()
	}
	b.ended = true // as CloseInbox does
	b.waking.Unlock()
	wg.Wait()
	h.Cancel()
	r.end()
}
