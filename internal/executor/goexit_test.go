package executor

import (
	"errors"
	"runtime"
	"testing"

	"github.com/eddy-go/eddy/future"
)

// A Goexit (testing.T.FailNow, for one) ends the task and nothing else; its deferred calls run.
func TestGoexitInATask(t *testing.T) {
	r := newRig(t)
	deferred := 0
	h := Spawn(r.ex, func() (int, error) {
		defer func() {
			deferred++
			if v := recover(); v != nil {
				t.Errorf("recovered %v", v)
			}
			Await(r.ex, &yields{1}) // a deferred call may wait
			deferred++
		}()
		Await(r.ex, &yields{1})
		runtime.Goexit()
		return 1, nil
	})
	r.run()
	wantEnd(t, h, ErrGoexit)
	_, ending, _ := Result(h)
	if ending != Ending(Exited) || deferred != 2 {
		t.Errorf("ending %v, %d deferred steps", ending, deferred)
	}
	if len(r.panics) != 0 {
		t.Error("a Goexit was reported as a panic")
	}
}

// A Goexit in a nested coroutine is an error for whoever awaits it.
func TestGoexitInANestedCoroutine(t *testing.T) {
	r := newRig(t)
	h := Spawn(r.ex, func() (int, error) {
		_, err := Await(r.ex, Async(r.ex, func() (int, error) {
			Await(r.ex, &yields{1})
			runtime.Goexit()
			return 0, nil
		}))
		if err != ErrGoexit {
			t.Errorf("error %v, want ErrGoexit", err)
		}
		return Await(r.ex, future.Ready(5))
	})
	r.run()
	wantEnd(t, h, nil)
	if _, ending, _ := Result(h); h.value != 5 || ending != Returned {
		t.Errorf("value %d, ending %v", h.value, ending)
	}
}

// A panic in a deferred call that a Goexit runs: the Goexit goes on after the panic was recovered, and must not reach
// the loop.
func TestPanicDuringGoexit(t *testing.T) {
	r := newRig(t)
	r.panicsExpected = true
	inOwnGoroutine(t, func() {
		h := r.spawn(func() {
			defer panic("boom")
			runtime.Goexit()
		})
		if pe, ok := h.task.err().(*PanicError); !ok || pe.Value != "boom" {
			t.Errorf("result: %v", h.task.err())
		}
		h = r.spawn(func() {
			_, err := Await(r.ex, Async(r.ex, func() (int, error) {
				defer func() { recover() }()
				defer panic("boom")
				runtime.Goexit()
				return 0, nil
			}))
			if err != ErrGoexit {
				t.Errorf("a recovered panic during a Goexit: %v, want ErrGoexit", err)
			}
		})
		wantEnd(t, h, nil)
	})
}

// A Goexit in a hand-written future has no coroutine to end: it ends the loop's goroutine. On the way the task ends in
// order, so that deferred calls can run the loop to its end.
func TestGoexitOnTheLoop(t *testing.T) {
	for name, leave := range map[string]func(){
		"Goexit": runtime.Goexit,
		"Goexit with a panic in a deferred call": func() {
			defer panic("boom")
			runtime.Goexit()
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.panicsExpected = true
			l := &leaf{onPoll: func(*future.Context) { leave() }}
			done := make(chan struct{})
			go func() {
				defer close(done)
				defer func() {
					if r.ex.Live() != 2 || r.ex.Running() != nil {
						t.Errorf("%d live tasks and %v running, want 2 and none", r.ex.Live(), r.ex.Running())
					}
					r.end()
				}()
				h := SpawnFuture[int](r.ex, l)
				other := &leaf{}
				SpawnFuture[int](r.ex, other)
				SpawnPlain(r.ex, func() {
					_, err := h.Join()
					if pe := (*PanicError)(nil); err != ErrGoexit && !errors.As(err, &pe) && err != ErrCanceled {
						t.Errorf("join of it: %v", err)
					}
				})
				r.ex.PollReady(10)
				t.Error("the Goexit has vanished")
			}()
			<-done
			if l.cancels != 1 {
				t.Errorf("%d cancels of the future, want 1", l.cancels)
			}
		})
	}
}

// inOwnGoroutine fails the test if a Goexit ends fn.
func inOwnGoroutine(t *testing.T, fn func()) {
	t.Helper()
	returned := false
	done := make(chan struct{})
	go func() {
		defer close(done)
		fn()
		returned = true
	}()
	<-done
	if !returned {
		t.Error("the loop's goroutine was ended")
	}
}
