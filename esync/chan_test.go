package esync_test

import (
	"slices"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/esync"
)

// Without a buffer a Send ends when one who receives is there, and not before.
func TestUnbufferedChanIsARendezvous(t *testing.T) {
	blockOn(t, func(rt *eddy.Runtime) {
		var c esync.Chan[int]
		sends := 0
		rt.Spawn(func() {
			for i := range 3 {
				must(t, c.Send(rt, i))
				sends++
			}
		})
		settle(rt)
		if sends > 0 || c.Len() != 0 || c.Cap() != 0 {
			t.Errorf("%d sends before anybody receives; Len %d, Cap %d", sends, c.Len(), c.Cap())
		}
		for i := range 3 {
			if v, err := c.Recv(rt); v != i || err != nil {
				t.Errorf("received %v, %v; want %d", v, err, i)
			}
			settle(rt)
			if sends != i+1 {
				t.Errorf("%d sends have ended after %d items", sends, i+1)
			}
		}
		if c.TrySend(0) {
			t.Error("sent to nobody")
		}
		if v, ok := c.TryRecv(); ok {
			t.Errorf("received %d from nobody", v)
		}
	})
}

// A buffer takes so many items, and they come out in their order.
func TestBufferedChan(t *testing.T) {
	blockOn(t, func(rt *eddy.Runtime) {
		c := esync.NewChan[int](10)
		sent := 0
		rt.Spawn(func() {
			for ; sent < 100; sent++ {
				must(t, c.Send(rt, sent))
			}
			must(t, c.Close())
		})
		settle(rt)
		if sent != 10 || c.Len() != 10 || c.Cap() != 10 {
			t.Errorf("%d of 10 sent; Len %d, Cap %d", sent, c.Len(), c.Cap())
		}
		next := 0
		for v := range c.All(rt) {
			if v != next {
				t.Fatalf("received %d; want %d", v, next)
			}
			next++
		}
		if next != 100 {
			t.Errorf("received %d of 100", next)
		}
	})
}

// Those who wait are served in the order in which they came: receivers, and senders.
func TestChanServesInOrder(t *testing.T) {
	blockOn(t, func(rt *eddy.Runtime) {
		c := esync.NewChan[int](1)
		got := make([]int, 5)
		for i := range got {
			rt.Spawn(func() { got[i], _ = c.Recv(rt) })
		}
		settle(rt)
		for i := range got {
			must(t, c.Send(rt, i))
		}
		settle(rt)
		if !slices.Equal(got, []int{0, 1, 2, 3, 4}) {
			t.Errorf("the receivers got %v", got)
		}
		for i := range got {
			rt.Spawn(func() { _ = c.Send(rt, i) })
		}
		settle(rt)
		for i := range got {
			if v, _ := c.Recv(rt); v != i {
				t.Errorf("received %d; want %d", v, i)
			}
		}
	})
}

// Close ends the sending, also of those that wait, who keep their items; what was sent is received, and then comes
// ErrClosed for all.
func TestClose(t *testing.T) {
	blockOn(t, func(rt *eddy.Runtime) {
		c := esync.NewChan[int](2)
		must(t, c.Send(rt, 1))
		must(t, c.Send(rt, 2))
		var straight, future error
		rt.Spawn(func() { straight = c.Send(rt, 3) })
		rt.Spawn(func() { _, future = eddy.Await(rt, c.SendFuture(4)) })
		settle(rt)
		must(t, c.Close())
		if err := c.Close(); err != esync.ErrClosed {
			t.Errorf("closed twice: %v", err)
		}
		settle(rt)
		if straight != esync.ErrClosed || future != esync.ErrClosed {
			t.Errorf("waiting senders got %v and %v", straight, future)
		}
		if err := c.Send(rt, 5); err != esync.ErrClosed {
			t.Errorf("a later Send got %v", err)
		}
		if c.TrySend(6) {
			t.Error("TrySend has sent")
		}
		for i := 1; i <= 2; i++ {
			if v, err := c.Recv(rt); v != i || err != nil {
				t.Errorf("received %v, %v; want %d", v, err, i)
			}
		}
		if v, err := c.Recv(rt); v != 0 || err != esync.ErrClosed {
			t.Errorf("at the end: %v, %v", v, err)
		}
		if _, err := eddy.Await(rt, c.RecvFuture()); err != esync.ErrClosed {
			t.Errorf("at the end, a future: %v", err)
		}
		if _, ok := c.TryRecv(); ok {
			t.Error("TryRecv at the end")
		}
	})
}

func TestCloseWakesReceivers(t *testing.T) {
	blockOn(t, func(rt *eddy.Runtime) {
		var c esync.Chan[int]
		errs := make([]error, 3)
		for i := range errs {
			rt.Spawn(func() { _, errs[i] = c.Recv(rt) })
		}
		settle(rt)
		must(t, c.Close())
		settle(rt)
		for _, err := range errs {
			if err != esync.ErrClosed {
				t.Errorf("%v", errs)
			}
		}
	})
}

// After Close an item may be spoken for by a receiver that has not run yet. Who comes then waits: if that one is
// cancelled, the item is theirs.
func TestLastItemOfACancelledReceiver(t *testing.T) {
	for _, cancel := range []bool{false, true} {
		c := esync.NewChan[int](1)
		first := begin(t, c.RecvFuture())
		c.TrySend(1)
		must(t, c.Close())
		second := begin(t, c.RecvFuture())
		if cancel {
			first.Cancel()
			wantValue(t, second, 1)
		} else {
			wantValue(t, first, 1)
			wantError(t, second, esync.ErrClosed)
		}
	}
}

// F17: a task that always finds an item lets others run.
func TestChanCostsBudget(t *testing.T) {
	blockOn(t, func(rt *eddy.Runtime) {
		c := esync.NewChan[int](1000)
		others := 0
		rt.Spawn(func() {
			for {
				others++
				if rt.Yield() != nil {
					return
				}
			}
		})
		for i := range 1000 {
			must(t, c.Send(rt, i))
		}
		for range 1000 {
			_, err := c.Recv(rt)
			must(t, err)
		}
		if others < 10 {
			t.Errorf("the other task had %d turns during 2000 operations", others)
		}
	})
}

// F37: a cancelled task that ignores the errors of its sends and receives ends all the same.
func TestCancelledLoopOverAChanEnds(t *testing.T) {
	eddytest.Baseline(t)
	rt, err := eddy.New(eddy.Config{Grace: time.Millisecond})
	must(t, err)
	must(t, rt.BlockOn(func(rt *eddy.Runtime) error {
		c := esync.NewChan[int](1)
		must(t, c.Close())
		rt.Spawn(func() {
			for {
				_, _ = c.Recv(rt)
				_ = c.Send(rt, 1)
			}
		})
		return rt.Yield()
	}))
}

func TestNegativeCapacity(t *testing.T) {
	wantPanic(t, "esync: NewChan with a negative capacity", func() { esync.NewChan[int](-1) })
}

func TestFuturesPanicAfterTheirEnd(t *testing.T) {
	c := esync.NewChan[int](1)
	var g esync.WaitGroup
	send, receive, wait := c.SendFuture(1), c.RecvFuture(), g.WaitFuture()
	wantEnd(t, send)
	wantEnd(t, receive)
	wantEnd(t, wait)
	wantPanic(t, "future: SendFuture polled after its final result", func() { wantEnd(t, send) })
	wantPanic(t, "future: RecvFuture polled after its final result", func() { wantEnd(t, receive) })
	wantPanic(t, "future: WaitFuture polled after its final result", func() { wantEnd(t, wait) })
}
