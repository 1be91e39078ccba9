package esync_test

import (
	"errors"
	"testing"

	"pgregory.net/rapid"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/esync"
	"github.com/eddy-go/eddy/future"
)

func TestWaitGroupWaitsForAll(t *testing.T) {
	blockOn(t, func(rt *eddy.Runtime) {
		var g esync.WaitGroup
		must(t, g.Wait(rt)) // for nothing
		running := 0
		for range 5 {
			g.Add(1)
			running++
			rt.Spawn(func() {
				defer g.Done()
				_ = rt.Yield()
				running--
			})
		}
		waits := 0
		for range 3 {
			rt.Spawn(func() {
				must(t, g.Wait(rt))
				if running > 0 {
					t.Errorf("%d are running", running)
				}
				waits++
			})
		}
		must(t, g.Wait(rt))
		settle(rt)
		if waits != 3 {
			t.Errorf("%d of 3 waits have ended", waits)
		}
	})
}

func TestWaitGroupInACancelledTask(t *testing.T) {
	blockOn(t, func(rt *eddy.Runtime) {
		var g esync.WaitGroup
		g.Add(1)
		var err error
		task := rt.Spawn(func() { err = g.Wait(rt) })
		settle(rt)
		task.Cancel()
		_, _ = task.Join()
		if !errors.Is(err, eddy.ErrCanceled) {
			t.Error(err)
		}
		ended := 0
		for range 3 { // of which one has the place of the one that was cancelled
			rt.Spawn(func() {
				must(t, g.Wait(rt))
				ended++
			})
		}
		settle(rt)
		g.Done()
		settle(rt)
		if ended != 3 {
			t.Errorf("%d of 3 waits have ended", ended)
		}
	})
}

func TestWaitGroupBelowZero(t *testing.T) {
	var g esync.WaitGroup
	g.Add(2)
	wantPanic(t, "esync: a WaitGroup's count would be negative", func() { g.Add(-3) })
	g.Add(-2)
	wantPanic(t, "esync: a WaitGroup's count would be negative", g.Done)
}

// Whoever waits when the count becomes zero goes on, whatever is added before its poll; whoever comes later does not.
func TestWaitGroupAgainstModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var g esync.WaitGroup
		count := 0
		var waiting, released []*eddytest.Task[struct{}]
		t.Repeat(map[string]func(*rapid.T){
			"add": func(t *rapid.T) {
				delta := rapid.IntRange(-count, 3).Draw(t, "delta")
				g.Add(delta)
				if count += delta; count == 0 {
					released, waiting = append(released, waiting...), nil
				}
			},
			"wait": func(t *rapid.T) {
				task := eddytest.NewTask(nil, g.WaitFuture())
				switch _, err := task.Poll(); {
				case count > 0 && err == future.Pending:
					waiting = append(waiting, task)
				case count > 0 || err != nil:
					t.Fatalf("at %d: %v", count, err)
				}
			},
			"cancel": func(t *rapid.T) {
				i := which(t, len(waiting))
				waiting[i].Cancel()
				waiting = append(waiting[:i:i], waiting[i+1:]...)
			},
			"cancel released": func(t *rapid.T) {
				i := which(t, len(released))
				released[i].Cancel()
				released = append(released[:i:i], released[i+1:]...)
			},
			"poll released": func(t *rapid.T) {
				i := which(t, len(released))
				if _, err := released[i].Poll(); err != nil {
					t.Fatalf("released, and %v", err)
				}
				released = append(released[:i:i], released[i+1:]...)
			},
			"poll waiting": func(t *rapid.T) {
				if _, err := waiting[which(t, len(waiting))].Poll(); err != future.Pending {
					t.Fatalf("waiting, and %v", err)
				}
			},
			"": func(t *rapid.T) {
				for _, task := range waiting {
					if task.Woken() {
						t.Fatal("woken too early")
					}
				}
				for _, task := range released {
					if !task.Woken() {
						t.Fatal("not woken")
					}
				}
			},
		})
	})
}
