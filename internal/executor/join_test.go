package executor

import (
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"
	"weak"

	"github.com/eddy-go/eddy/future"
)

// Any number of tasks may join, before and after the end; each gets the result.
func TestJoin(t *testing.T) {
	r := newRig(t)
	l := &leaf{}
	h := Spawn(r.ex, func() (int, error) {
		Await[int](r.ex, l)
		return 7, io.EOF
	})
	joined := 0
	join := func() {
		if v, err := h.Join(); v != 7 || err != io.EOF {
			t.Errorf("join: %d, %v", v, err)
		}
		joined++
	}
	for range 3 {
		r.spawn(join)
	}
	if joined != 0 || h.Done() {
		t.Fatal("joined before the end")
	}
	l.finish()
	r.run()
	r.spawn(func() {
		join()
		if v, err := Await(r.ex, h.Joined()); v != 7 || err != io.EOF {
			t.Errorf("Joined after the end: %d, %v", v, err)
		}
	})
	if joined != 4 || !h.Done() {
		t.Errorf("%d joins, want 4", joined)
	}
	h.Join() // outside of any task too: it is a value by now
}

// F24: joining many tasks polls each at most twice, and the task that joins them a bounded number of times a turn.
func TestJoinManyTasks(t *testing.T) {
	const n = 100_000
	r := newRig(t)
	fs := make([]future.Future[int], n)
	leaves := make([]*leaf, n)
	for i := range fs {
		leaves[i] = &leaf{}
		fs[i] = SpawnFuture[int](r.ex, leaves[i]).Joined()
	}
	h := Spawn(r.ex, func() (int, error) {
		v, err := Await(r.ex, future.JoinAll(fs...))
		return len(v), err
	})
	r.run()
	for _, l := range leaves {
		l.finish()
	}
	r.run()
	wantEnd(t, h, nil)
	for i, l := range leaves {
		if l.polls > 2 {
			t.Fatalf("task %d was polled %d times, want at most 2", i, l.polls)
		}
	}
	// Each join costs one unit of the budget, for its result.
	if polls := r.ex.Counts().Polls; polls > 2*n+n/pollBudget+10 {
		t.Errorf("%d polls for %d tasks", polls, n)
	}
}

// Cancelling a join, or the task that joins, only stops the waiting.
func TestCanceledJoinLeavesTheTaskAlone(t *testing.T) {
	r := newRig(t)
	l := &leaf{}
	h := SpawnFuture[int](r.ex, l)
	joiner := Spawn(r.ex, func() (int, error) { return h.Join() })
	last := Spawn(r.ex, func() (int, error) { return h.Join() })
	first := Spawn(r.ex, func() (int, error) { return h.Join() })
	r.run()
	for _, j := range []*JoinHandle[int]{joiner, first} {
		j.Cancel()
		r.run()
		wantEnd(t, j, ErrCanceled)
	}
	f := h.Joined()
	if _, err := polled(r, f); err != future.Pending {
		t.Error(err)
	}
	f.Cancel()
	f.Cancel() // one too many, which must not disturb the list
	mustPanic(t, func() { f.Poll(nil) })
	if l.cancels != 0 || h.Done() {
		t.Error("the joined task was touched")
	}
	if h.joiners.first == nil || h.joiners.first.prev != h.joiners.first {
		t.Error("the list of joins does not hold the one that is left")
	}
	l.finish()
	r.run()
	wantEnd(t, last, nil)
	if h.joiners.first != nil {
		t.Error("a join is left in the list")
	}
}

// A task that joins itself gets an error, from a nested coroutine too: it could never end.
func TestSelfJoin(t *testing.T) {
	r := newRig(t)
	var h *JoinHandle[struct{}]
	h = r.spawnLater(func() {
		if _, err := h.Join(); err == nil || !strings.Contains(err.Error(), "join itself") {
			t.Errorf("error %v", err)
		}
		if _, err := Await(r.ex, Async(r.ex, func() (int, error) { return 0, second(h.Join()) })); err != errSelfJoin {
			t.Errorf("in a nested coroutine: %v", err)
		}
	})
	r.run()
	wantEnd(t, h, nil)
}

// F21: a panic that somebody joins is not reported; one that nobody joins is; one of an owned task never.
func TestJoinedPanic(t *testing.T) {
	r := newRig(t)
	r.panicsExpected = true
	l := &leaf{}
	spawn := func() *JoinHandle[int] {
		return Spawn(r.ex, func() (int, error) {
			Await[int](r.ex, l)
			panic("boom")
		})
	}
	h := spawn()
	var err error
	r.spawn(func() { _, err = h.Join() })
	l.finish()
	r.run()
	if pe := (*PanicError)(nil); !errors.As(err, &pe) || pe.Value != "boom" || len(r.panics) != 0 {
		t.Errorf("join: %v; %d reports, want none", err, len(r.panics))
	}
	// Passing the error on is no second panic.
	g := Spawn(r.ex, func() (int, error) { return h.Join() })
	r.run()
	wantEnd(t, g, err)
	if len(r.panics) != 0 {
		t.Error("an error that a task returned was reported as its panic")
	}

	Own(spawn())
	r.run()
	if len(r.panics) != 0 {
		t.Error("the panic of an owned task was reported")
	}
	h = spawn()
	r.run()
	if len(r.panics) != 1 {
		t.Errorf("%d reports of a panic that nobody joins, want 1", len(r.panics))
	}
	r.spawn(func() { h.Join() })
	if len(r.panics) != 1 {
		t.Error("reported again by a join after the end")
	}
}

// F21: a join that was in progress at the panic, and is cancelled before it has seen it, leaves it to OnPanic, unless
// another one sees it.
func TestPanicWhoseJoinIsCanceled(t *testing.T) {
	for _, other := range []bool{false, true} {
		r := newRig(t)
		r.panicsExpected = true
		l := &leaf{}
		worker := Spawn(r.ex, func() (int, error) {
			Await[int](r.ex, l)
			panic("boom")
		})
		id := worker.task.id
		join := func() (int, error) { return worker.Join() }
		joiner := Spawn(r.ex, join)
		want := 1
		if other {
			Spawn(r.ex, join)
			want = 0
		}
		r.run()
		l.finish()
		joiner.Cancel()
		r.run()
		wantEnd(t, joiner, ErrCanceled)
		if len(r.panics) != want {
			t.Errorf("another join: %v; reported: %+v", other, r.panics)
		}
		if want == 1 && r.panics[0].info.ID != id {
			t.Errorf("reported for task %d, want %d", r.panics[0].info.ID, id)
		}
	}
}

// F21: what one has seen is not reported because another one, who waited too, is cancelled afterwards.
func TestSeenPanicIsNotReported(t *testing.T) {
	for _, look := range []string{"a join in progress", "a join after the end"} {
		r := newRig(t)
		l := &leaf{}
		h := Spawn(r.ex, func() (int, error) {
			Await[int](r.ex, l)
			panic("boom")
		})
		join := func() (int, error) { return h.Join() }
		if look == "a join in progress" {
			Spawn(r.ex, join)
		}
		canceled := Spawn(r.ex, join)
		r.run()
		l.finish()
		r.ex.PollReady(1)
		canceled.Cancel()
		if look == "a join after the end" {
			join()
		}
		r.run()
		wantEnd(t, canceled, ErrCanceled)
		if len(r.panics) != 0 {
			t.Errorf("%s has seen it; reported: %+v", look, r.panics)
		}
	}
}

// A task that is canceled while it joins and is itself joined: each sees what is its own.
func TestJoinOfACanceledTask(t *testing.T) {
	r := newRig(t)
	h := Spawn(r.ex, func() (int, error) { return Await[int](r.ex, &leaf{}) })
	joiner := Spawn(r.ex, func() (int, error) { return h.Join() })
	r.run()
	h.Cancel()
	r.run()
	wantEnd(t, joiner, ErrCanceled)
	if !h.Done() {
		t.Error("not done")
	}
}

// A join costs one unit of the budget, so that a loop over tasks that have ended gives turns.
func TestJoinedSpendsBudget(t *testing.T) {
	r := newRig(t)
	h := SpawnFuture(r.ex, future.Ready(1))
	r.run()
	n, stop := 0, false
	r.spawnLater(func() {
		for !stop {
			Await(r.ex, h.Joined())
			n++
		}
	})
	r.ex.PollReady(1)
	if n != pollBudget {
		t.Errorf("%d joins in a poll, want %d", n, pollBudget)
	}
	stop = true
	r.run()
}

// A handle that is kept holds the result and nothing else: not the code, nor what the code had captured.
func TestHandleKeepsOnlyTheResult(t *testing.T) {
	r := newRig(t)
	type buffer [1 << 16]byte
	spawn := func() (*JoinHandle[string], weak.Pointer[buffer]) {
		captured := new(buffer)
		return Spawn(r.ex, func() (string, error) {
			Await(r.ex, &yields{1})
			captured[0]++
			return "result", nil
		}), weak.Make(captured)
	}
	h, gone := spawn()
	r.run()
	r.ex.StopIdle() // a coroutine's old stack may hold anything until it is used again
	runtime.GC()
	runtime.GC()
	if gone.Value() != nil {
		t.Error("what the code had captured is kept")
	}
	if v, err := h.Join(); v != "result" || err != nil {
		t.Errorf("join: %q, %v", v, err)
	}
}

// The main task goes by the name of the function that the program wrote.
func TestSpawnMain(t *testing.T) {
	r := newRig(t)
	h := SpawnMain(r.ex, TestJoin, func() (int, error) { return Await(r.ex, &yields{1}) })
	if name := r.ex.Tasks()[0].Name; !strings.HasPrefix(name, "executor.TestJoin join_test.go:") {
		t.Errorf("name %q", name)
	}
	r.run()
	if v, ending, err := Result(h); v != 0 || err != nil || ending != Returned {
		t.Errorf("result %v, %v, %v", v, err, ending)
	}
}
