package esync_test

import (
	"errors"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/esync"
	"github.com/eddy-go/eddy/future"
)

func TestSemaphoreBoundsWhatIsTaken(t *testing.T) {
	blockOn(t, func(rt *eddy.Runtime) {
		s := esync.NewSemaphore(3)
		taken, most := int64(0), int64(0)
		var tasks []*eddy.JoinHandle[struct{}]
		for i := range 20 {
			tasks = append(tasks, rt.Spawn(func() {
				n := int64(1 + i%3)
				must(t, s.Acquire(rt, n))
				taken += n
				most = max(most, taken)
				_ = rt.Sleep(time.Microsecond)
				taken -= n
				s.Release(n)
			}))
		}
		for _, task := range tasks {
			_, _ = task.Join()
		}
		if most != 3 {
			t.Errorf("at most %d taken; want 3", most)
		}
	})
}

// One who wants many is not passed by those who want few.
func TestSemaphoreDoesNotStarveLargeDemands(t *testing.T) {
	s := esync.NewSemaphore(3)
	if !s.TryAcquire(2) {
		t.Fatal("nothing free")
	}
	large := begin(t, s.AcquireFuture(3))
	small := begin(t, s.AcquireFuture(1))
	if s.TryAcquire(1) || s.TryAcquire(0) {
		t.Error("overtaken")
	}
	s.Release(1)
	wantPending(t, large, small)
	s.Release(1)
	wantPending(t, small)
	wantValue(t, large, struct{}{})
	s.Release(3)
	wantValue(t, small, struct{}{})
}

// More than there is would be waited for without an end.
func TestSemaphoreRefusesTheImpossible(t *testing.T) {
	blockOn(t, func(rt *eddy.Runtime) {
		s := esync.NewSemaphore(3)
		want := "esync: Acquire of 4 permits of a Semaphore that has 3"
		if err := s.Acquire(rt, 4); err == nil || err.Error() != want {
			t.Errorf("%v; want %s", err, want)
		}
		if _, err := eddy.Await(rt, s.AcquireFuture(4)); err == nil || err.Error() != want {
			t.Errorf("%v; want %s", err, want)
		}
		if s.TryAcquire(4) || !s.TryAcquire(3) {
			t.Error("what was refused has taken something, or the others nothing")
		}
		var none esync.Semaphore
		if err := none.Acquire(rt, 1); err == nil || errors.Is(err, future.Pending) {
			t.Errorf("of the zero Semaphore: %v", err)
		}
	})
}

// F37: a task that asks again and again for more than there is burns turns, not the loop. Its futures do so too.
func TestRefusedAcquireCostsBudget(t *testing.T) {
	blockOn(t, func(rt *eddy.Runtime) {
		s := esync.NewSemaphore(1)
		for name, acquire := range map[string]func(){
			"Acquire":       func() { _ = s.Acquire(rt, 2) },
			"AcquireFuture": func() { _, _ = eddy.Await(rt, s.AcquireFuture(2)) },
		} {
			calls, stop := 0, false
			task := rt.Spawn(func() {
				for ; !stop && calls < 100_000; calls++ {
					acquire()
				}
			})
			settle(rt)
			stop = true
			if _, _ = task.Join(); calls == 100_000 {
				t.Errorf("%s: it had the loop for %d calls", name, calls)
			}
		}
	})
}

func TestSemaphoreInACancelledTask(t *testing.T) {
	blockOn(t, func(rt *eddy.Runtime) {
		s := esync.NewSemaphore(2)
		must(t, s.Acquire(rt, 1))
		var err error
		task := rt.Spawn(func() { err = s.Acquire(rt, 2) })
		settle(rt)
		task.Cancel()
		_, _ = task.Join()
		if !errors.Is(err, eddy.ErrCanceled) {
			t.Error(err)
		}
		if !s.TryAcquire(1) || s.TryAcquire(1) {
			t.Error("a permit was lost or doubled")
		}
	})
}

func TestSemaphoreMisuse(t *testing.T) {
	s := esync.NewSemaphore(2)
	s.TryAcquire(1)
	wantPanic(t, "esync: Release of more permits of a Semaphore than were taken", func() { s.Release(2) })
	wantPanic(t, "esync: Release of a negative number of permits", func() { s.Release(-1) })
	wantPanic(t, "esync: Acquire of a negative number of permits", func() { s.TryAcquire(-1) })
	wantPanic(t, "esync: Acquire of a negative number of permits", func() { s.AcquireFuture(-1) })
	wantPanic(t, "esync: NewSemaphore with a negative number of permits", func() { esync.NewSemaphore(-1) })
	s.Release(1)
	if !s.TryAcquire(2) {
		t.Error("the panics have taken something")
	}
}
