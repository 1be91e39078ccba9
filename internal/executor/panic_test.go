package executor

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/eddy-go/eddy/future"
)

func deepestCode(r *rig) (int, error) {
	Await(r.ex, &yields{1})
	panic(io.ErrUnexpectedEOF)
}

// yields is pending n times and wakes itself.
type yields struct{ n int }

func (y *yields) Poll(cx *future.Context) (int, error) {
	if y.n--; y.n < 0 {
		return 0, nil
	}
	cx.Yield()
	return 0, future.Pending
}

func (y *yields) Cancel() {}

// F21: a panic goes up through nested coroutines with the stack of where it happened; whoever recovers it may wait
// again; and it ends no other task.
func TestPanicThroughNestedCoroutines(t *testing.T) {
	r := newRig(t)
	var recovered any
	h := Spawn(r.ex, func() (v int, err error) {
		defer func() {
			recovered = recover()
			v, err = Await(r.ex, &yields{2})
		}()
		return Await(r.ex, Async(r.ex, func() (int, error) {
			return Await(r.ex, future.Map(Async(r.ex, func() (int, error) { return deepestCode(r) }), func(v int) (int, error) { return v, nil }))
		}))
	})
	r.run()
	wantEnd(t, h, nil)
	pe, ok := recovered.(*PanicError)
	if !ok || !errors.Is(pe, io.ErrUnexpectedEOF) || !strings.Contains(string(pe.Stack), "deepestCode") {
		t.Errorf("recovered %v", recovered)
	}
	if len(r.panics) != 0 {
		t.Error("a panic was reported that was recovered")
	}
}

// F21: a task's panic is its result, with its stack, and goes to OnPanic if nobody joins.
func TestPanicOfATask(t *testing.T) {
	r := newRig(t)
	r.panicsExpected = true
	h := r.spawn(func() { deepestCode(r) })
	pe, ok := h.task.err().(*PanicError)
	if !ok || pe.Value != io.ErrUnexpectedEOF || !strings.Contains(pe.Error(), "deepestCode") || !errors.Is(pe, io.ErrUnexpectedEOF) {
		t.Fatalf("result: %v", h.task.err())
	}
	if (&PanicError{Value: "text"}).Unwrap() != nil {
		t.Error("a panic with a text unwraps to an error")
	}
	if len(r.panics) != 1 || r.panics[0].panic != pe || !strings.Contains(r.panics[0].info.Name, "TestPanicOfATask") || r.panics[0].info.ID == 0 {
		t.Errorf("reported: %+v", r.panics)
	}
	if _, ending, _ := Result(h); ending != Panicked || r.ex.Counts().Panics != 1 {
		t.Errorf("ending %v, %d panics counted", ending, r.ex.Counts().Panics)
	}
}

// A hand-written future's panic ends its task. What it holds is released: it may wrap futures that are registered.
func TestPanicOfAFuture(t *testing.T) {
	r := newRig(t)
	r.panicsExpected = true
	beside := &leaf{}
	boom := &leaf{onPoll: func(*future.Context) { panic("boom") }}
	race := func() future.Future[int] { return future.Race[int](beside, boom) }
	h := SpawnFuture(r.ex, race())
	r.run()
	if pe, ok := h.task.err().(*PanicError); !ok || pe.Value != "boom" {
		t.Errorf("result: %v", h.task.err())
	}
	if beside.cancels != 1 || len(r.panics) != 1 {
		t.Errorf("%d cancels beside it and %d reports, want 1 and 1", beside.cancels, len(r.panics))
	}
	r.spawn(func() {
		mustPanic(t, func() { Await(r.ex, race()) })
		if beside.cancels != 2 {
			t.Errorf("%d cancels beside an awaited one, want 2", beside.cancels)
		}
		Await(r.ex, &yields{1})
	})
}

// A second panic, in the Cancel that the first made necessary, is reported and replaces nothing.
func TestPanicInCancelAfterPanic(t *testing.T) {
	r := newRig(t)
	r.panicsExpected = true
	h := SpawnFuture[int](r.ex, &leaf{onPoll: func(*future.Context) { panic("first") }, onCancel: func() { panic("second") }})
	r.run()
	if pe, ok := h.task.err().(*PanicError); !ok || pe.Value != "first" {
		t.Errorf("result: %v", h.task.err())
	}
	if len(r.panics) != 2 || r.panics[0].panic.Value != "second" || r.panics[1].panic.Value != "first" {
		t.Errorf("reported: %+v", r.panics)
	}
	l := &leaf{onCancel: func() { panic("in Cancel") }}
	h = SpawnFuture[int](r.ex, l)
	r.run()
	h.Cancel()
	r.run()
	if l.cancels != 1 || len(r.panics) != 3 {
		t.Errorf("%d cancels and %d reports, want 1 and 3", l.cancels, len(r.panics))
	}
	if pe, ok := h.task.err().(*PanicError); !ok || pe.Value != "in Cancel" {
		t.Errorf("result of a task whose Cancel panics: %v", h.task.err())
	}
	// The code that awaits sees it, and may wait again.
	r.spawn(func() {
		mustPanic(t, func() {
			Await[int](r.ex, &leaf{onPoll: func(*future.Context) { panic("first") }, onCancel: func() { panic("second") }})
		})
		Await(r.ex, &yields{1})
	})
}

// OnPanic may panic to end the program: it does so from PollReady, and the executor is in order then.
func TestOnPanicPanics(t *testing.T) {
	r := newRig(t)
	r.ex.opt.OnPanic = func(TaskInfo, *PanicError) { panic("the program ends") }
	l := &leaf{}
	h := SpawnFuture[int](r.ex, l)
	bad := SpawnPlain(r.ex, func() { panic("boom") })
	if text := mustPanic(t, func() { r.ex.PollReady(10) }); text != "the program ends" {
		t.Error(text)
	}
	if !bad.Done() || r.ex.Live() != 1 || r.ex.Running() != nil {
		t.Errorf("after it: %d live tasks %v", r.ex.Live(), r.ex.Tasks())
	}
	h.Cancel()
	r.run()
	wantEnd(t, h, ErrCanceled)
}

// A panic that a task leaves behind is reported after the poll in which it came up, also when the task parks then.
func TestPanicIsReportedBeforeTheNextPoll(t *testing.T) {
	r := newRig(t)
	r.panicsExpected = true
	h := SpawnPlain(r.ex, func() {
		f := Async(r.ex, func() (int, error) {
			defer panic("while it is cancelled")
			return Await[int](r.ex, &leaf{})
		})
		Await(r.ex, future.Race(f, future.Ready(1)))
		Await[int](r.ex, &leaf{})
	})
	r.ex.PollReady(1)
	if h.Done() || len(r.panics) != 1 {
		t.Errorf("%d panics are reported, want 1 (the task has ended: %v)", len(r.panics), h.Done())
	}
	r.end()
}
