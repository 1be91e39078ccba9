package esync_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/esync"
)

// Readers share, a writer is alone.
func TestRWMutexSharesAmongReaders(t *testing.T) {
	blockOn(t, func(rt *eddy.Runtime) {
		var mu esync.RWMutex
		readers, writers, most := 0, 0, 0
		var tasks []*eddy.JoinHandle[struct{}]
		for i := range 20 {
			tasks = append(tasks, rt.Spawn(func() {
				if i%5 == 0 {
					must(t, mu.Lock(rt))
					defer mu.Unlock()
					writers++
					defer func() { writers-- }()
				} else {
					must(t, mu.RLock(rt))
					defer mu.RUnlock()
					readers++
					defer func() { readers-- }()
				}
				most = max(most, readers)
				if writers > 1 || writers == 1 && readers > 0 {
					t.Errorf("%d writers and %d readers", writers, readers)
				}
				_ = rt.Sleep(time.Microsecond)
			}))
		}
		for _, task := range tasks {
			_, _ = task.Join()
		}
		if most != 4 {
			t.Errorf("at most %d readers at once; want the 4 between two writers", most)
		}
	})
}

// Readers and writers are let in as they stand in line: no writer waits for readers that came later, no reader for
// writers that came later, and readers that stand together are let in together.
func TestRWMutexServesInOrder(t *testing.T) {
	blockOn(t, func(rt *eddy.Runtime) {
		var mu esync.RWMutex
		must(t, mu.RLock(rt))
		var order []string
		reader := func(name string) {
			rt.Spawn(func() {
				_ = mu.RLock(rt)
				order = append(order, name)
				_ = rt.Yield()
				order = append(order, name+" ends")
				mu.RUnlock()
			})
		}
		writer := func(name string) {
			rt.Spawn(func() {
				_ = mu.Lock(rt)
				order = append(order, name)
				mu.Unlock()
			})
		}
		writer("w1")
		reader("r1")
		reader("r2")
		writer("w2")
		reader("r3")
		settle(rt)
		if len(order) > 0 || mu.TryRLock() {
			t.Errorf("overtaken: %v", order)
		}
		mu.RUnlock()
		for range 5 {
			settle(rt)
		}
		if want := []string{"w1", "r1", "r2", "r1 ends", "r2 ends", "w2", "r3", "r3 ends"}; !slices.Equal(order, want) {
			t.Errorf("order %v; want %v", order, want)
		}
	})
}

// A writer that gives up lets in the readers behind it.
func TestCancelledWriterLetsReadersIn(t *testing.T) {
	for _, served := range []bool{false, true} {
		var mu esync.RWMutex
		if !mu.TryRLock() {
			t.Fatal("the zero RWMutex is locked")
		}
		writer := begin(t, mu.LockFuture())
		readers := []*eddytest.Task[struct{}]{begin(t, mu.RLockFuture()), begin(t, mu.RLockFuture())}
		next := begin(t, mu.LockFuture())
		if served {
			mu.RUnlock()
			if !writer.Woken() {
				t.Error("the writer was not woken")
			}
		}
		writer.Cancel()
		for _, reader := range readers {
			wantValue(t, reader, struct{}{})
		}
		wantPending(t, next)
		mu.RUnlock()
		mu.RUnlock()
		if !served {
			mu.RUnlock()
		}
		wantValue(t, next, struct{}{})
		mu.Unlock()
		if !mu.TryLock() {
			t.Error("still locked")
		}
	}
}

func TestRWMutexInACancelledTask(t *testing.T) {
	blockOn(t, func(rt *eddy.Runtime) {
		var mu esync.RWMutex
		must(t, mu.Lock(rt))
		var errs [2]error
		task := rt.Spawn(func() { errs = [2]error{mu.Lock(rt), mu.RLock(rt)} })
		settle(rt)
		task.Cancel()
		_, _ = task.Join()
		for _, err := range errs {
			if !errors.Is(err, eddy.ErrCanceled) {
				t.Errorf("%v", errs)
			}
		}
		mu.Unlock()
		if !mu.TryLock() {
			t.Error("a lock was lost")
		}
	})
}

func TestRWMutexUnlockedTooOften(t *testing.T) {
	var mu esync.RWMutex
	write := "esync: Unlock of an RWMutex that is not locked for writing"
	read := "esync: RUnlock of an RWMutex that is not locked for reading"
	wantPanic(t, write, mu.Unlock)
	wantPanic(t, read, mu.RUnlock)
	mu.TryRLock()
	wantPanic(t, write, mu.Unlock)
	mu.RUnlock()
	mu.TryLock()
	wantPanic(t, read, mu.RUnlock)
	mu.Unlock()
	if !mu.TryLock() {
		t.Error("the panics have left something")
	}
}
