package esync_test

import (
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/esync"
	"github.com/eddy-go/eddy/future"
)

// In a task whose waits fail, sends and receives fail, whether they would have to wait or not, and nothing is sent or
// taken.
func TestChanInACancelledTask(t *testing.T) {
	blockOn(t, func(rt *eddy.Runtime) {
		c := esync.NewChan[int](2)
		empty := esync.NewChan[int](2)
		must(t, c.Send(rt, 1))
		var errs []error
		task := rt.Spawn(func() {
			_, err := empty.Recv(rt)
			errs = append(errs, err)
			_, err = c.Recv(rt)
			errs = append(errs, err, c.Send(rt, 2))
			for range c.All(rt) {
				t.Error("All goes on")
			}
		})
		settle(rt)
		task.Cancel()
		_, _ = task.Join()
		for _, err := range errs {
			if !errors.Is(err, eddy.ErrCanceled) {
				t.Errorf("%v", errs)
			}
		}
		late := rt.WithTimeout(time.Microsecond, func() error { _, err := empty.Recv(rt); return err })
		if !errors.Is(late, os.ErrDeadlineExceeded) {
			t.Errorf("in WithTimeout: %v", late)
		}
		if c.Len() != 1 || !empty.TrySend(1) || empty.Len() != 1 {
			t.Errorf("%d and %d items", c.Len(), empty.Len())
		}
	})
}

// A Send tells the truth in every case: with an error the item was not sent, not even if the task is cancelled at the
// moment when it is received.
func TestCancelledSend(t *testing.T) {
	for _, received := range []bool{false, true} {
		t.Run(fmt.Sprint("received ", received), func(t *testing.T) {
			blockOn(t, func(rt *eddy.Runtime) {
				var c esync.Chan[int]
				var err error
				task := rt.Spawn(func() { err = c.Send(rt, 1) })
				settle(rt)
				if received {
					if v, _ := c.Recv(rt); v != 1 {
						t.Errorf("received %d", v)
					}
				}
				task.Cancel()
				_, _ = task.Join()
				if (err == nil) != received {
					t.Errorf("Send: %v", err)
				}
				if _, again := c.TryRecv(); again {
					t.Error("the item is still there")
				}
			})
		})
	}
}

// A SendFuture that is cancelled has not sent, not even if it has been given a place; the place is the next one's.
func TestCancelledSendFuture(t *testing.T) {
	c := esync.NewChan[int](1)
	c.TrySend(1)
	first, second := begin(t, c.SendFuture(2)), begin(t, c.SendFuture(3))
	if v, _ := c.TryRecv(); v != 1 {
		t.Errorf("received %d", v)
	}
	if !first.Woken() || second.Woken() || c.TrySend(4) {
		t.Error("the place is not the first one's")
	}
	first.Cancel()
	wantValue(t, second, struct{}{})
	if v, _ := c.TryRecv(); v != 3 {
		t.Errorf("received %d; want 3", v)
	}
}

// A place that is there for a receiver is gone if that one is cancelled: the sender keeps its item, and its turn.
func TestPlaceOfACancelledReceiver(t *testing.T) {
	var c esync.Chan[int]
	first, second := begin(t, c.SendFuture(1)), begin(t, c.SendFuture(2))
	receiver := begin(t, c.RecvFuture())
	receiver.Cancel()
	wantPending(t, first)
	receiver = begin(t, c.RecvFuture())
	wantPending(t, second)
	wantValue(t, first, struct{}{})
	wantValue(t, receiver, 1)
}

// A sender that was given a place keeps its turn, though the receiver is gone: the next one behind it does not send to
// whoever receives then.
func TestPlaceIsNotOvertaken(t *testing.T) {
	var c esync.Chan[int]
	first := begin(t, c.SendFuture(1))
	straight, _ := c.StraightSend(2)
	second := begin(t, straight)
	receiver := begin(t, c.RecvFuture())
	receiver.Cancel()
	if v, ok := c.TryRecv(); ok {
		t.Errorf("received %d", v)
	}
	receiver = begin(t, c.RecvFuture())
	wantPending(t, second)
	wantValue(t, first, struct{}{})
	wantValue(t, receiver, 1)
}

// Several senders that were given places which are gone again come back into the line in the order in which they came,
// whichever is polled first, and before those who came later.
func TestPlacesOfCancelledReceivers(t *testing.T) {
	for _, order := range [][]int{{0, 1, 2}, {2, 1, 0}, {1, 2, 0}, {2, 0, 1}} {
		var c esync.Chan[int]
		var senders []*eddytest.Task[struct{}]
		for i := range 3 {
			senders = append(senders, begin(t, c.SendFuture(i)))
		}
		var receivers []*eddytest.Task[int]
		for range senders {
			receivers = append(receivers, begin(t, c.RecvFuture()))
		}
		senders = append(senders, begin(t, c.SendFuture(3))) // behind them
		for _, r := range receivers {
			r.Cancel()
		}
		for _, i := range order {
			wantPending(t, senders[i])
		}
		for i, s := range senders {
			receiver := begin(t, c.RecvFuture())
			for _, behind := range senders[i+1:] {
				if behind.Woken() {
					t.Errorf("polled in the order %v: sender %d was passed", order, i)
				}
			}
			wantValue(t, s, struct{}{})
			wantValue(t, receiver, i)
		}
	}
}

// The item of a SendFuture has its place in the order from the poll in which it goes out.
func TestSendBeforeThePollOfASendFuture(t *testing.T) {
	c := esync.NewChan[int](2)
	c.TrySend(1)
	c.TrySend(2)
	first := begin(t, c.SendFuture(3))
	c.TryRecv()
	c.TryRecv()
	if !first.Woken() || !c.TrySend(4) || c.TrySend(5) {
		t.Error("one of two places is not the first one's")
	}
	wantValue(t, first, struct{}{})
	for _, want := range []int{4, 3} {
		if v, _ := c.TryRecv(); v != want {
			t.Errorf("received %d; want %d", v, want)
		}
	}
}

// A receiver that was called and is cancelled leaves its item where it was: at the front.
func TestCancelledReceiverKeepsTheOrder(t *testing.T) {
	c := esync.NewChan[int](2)
	receivers := []interface{ Cancel() }{begin(t, c.RecvFuture()), begin(t, c.RecvFuture())}
	for i := range 4 {
		c.TrySend(i)
	}
	for _, r := range receivers {
		r.Cancel()
	}
	if c.Len() != 4 || c.TrySend(9) {
		t.Errorf("Len is %d", c.Len())
	}
	for i := range 4 {
		if v, _ := c.TryRecv(); v != i {
			t.Errorf("received %d; want %d", v, i)
		}
	}
}

// Of several channels that are ready a Select2 takes an item from one, and the other keeps its own.
func TestSelectLosesNoItem(t *testing.T) {
	for name, waiting := range map[string]bool{"ready at first": false, "ready while waiting": true} {
		t.Run(name, func(t *testing.T) {
			a, b := esync.NewChan[int](1), esync.NewChan[int](1)
			send := func() { a.TrySend(1); b.TrySend(2) }
			if !waiting {
				send()
			}
			blockOn(t, func(rt *eddy.Runtime) {
				if waiting {
					rt.Spawn(send)
				}
				won, err := eddy.Await(rt, future.Select2(a.RecvFuture(), b.RecvFuture()))
				if err != nil || won.Index != 0 || won.First != 1 {
					t.Errorf("%+v, %v", won, err)
				}
				if v, ok := b.TryRecv(); !ok || v != 2 {
					t.Errorf("the other channel has %d, %v", v, ok)
				}
			})
		})
	}
}

// A Select2 that both sends to a Chan and receives from it is served by itself; the item is the Chan's.
func TestSelectServesItself(t *testing.T) {
	blockOn(t, func(rt *eddy.Runtime) {
		var c esync.Chan[int]
		won, err := eddy.Await(rt, future.Select2(c.SendFuture(7), c.RecvFuture()))
		if err != nil || won.Index != 0 {
			t.Errorf("%+v, %v", won, err)
		}
		if v, err := c.Recv(rt); v != 7 || err != nil {
			t.Errorf("the Chan has %d, %v", v, err)
		}
	})
}

// A send under a timeout has been sent or will not be.
func TestSendUnderATimeout(t *testing.T) {
	blockOn(t, func(rt *eddy.Runtime) {
		var c esync.Chan[int]
		if _, err := eddy.Await(rt, eddy.Timeout(time.Microsecond, c.SendFuture(1))); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Error(err)
		}
		first, err := eddy.Await(rt, future.Race(c.RecvFuture(), future.Then(eddy.Sleep(time.Microsecond), func(struct{}) eddy.Future[int] { return future.Ready(7) })))
		if err != nil || first != 7 {
			t.Errorf("received %d, %v", first, err)
		}
	})
}
