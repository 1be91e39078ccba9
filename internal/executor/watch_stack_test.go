//go:build unix

package executor

import (
	"fmt"
	"iter"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/eddy-go/eddy/future"
)

// obstacles are ways to keep the loop from going on. make returns a function that stands still, and one that lets it
// go on; both for any goroutine.
var obstacles = []struct {
	blockedOn, state string
	make             func(t *testing.T) (stand, release func())
}{
	{"", "running", func(*testing.T) (stand, release func()) {
		var released atomic.Bool
		return func() {
			for !released.Load() {
			}
		}, func() { released.Store(true) }
	}},
	{"channel", "chan receive", func(*testing.T) (stand, release func()) {
		c := make(chan int)
		return func() { <-c }, func() { c <- 1 }
	}},
	{"channel", "chan send", func(*testing.T) (stand, release func()) {
		c := make(chan int)
		return func() { c <- 1 }, func() { <-c }
	}},
	{"channel", "select", func(*testing.T) (stand, release func()) {
		c, d := make(chan int), make(chan int)
		return func() {
			select {
			case <-c:
			case <-d:
			}
		}, func() { d <- 1 }
	}},
	{"mutex", "sync.Mutex.Lock", func(*testing.T) (stand, release func()) {
		var mu sync.Mutex
		mu.Lock()
		return mu.Lock, mu.Unlock
	}},
	{"mutex", "sync.RWMutex.RLock", func(*testing.T) (stand, release func()) {
		var mu sync.RWMutex
		mu.Lock()
		return mu.RLock, mu.Unlock
	}},
	{"mutex", "sync.RWMutex.Lock", func(*testing.T) (stand, release func()) {
		var mu sync.RWMutex
		mu.RLock()
		return mu.Lock, mu.RUnlock
	}},
	{"wait group", "sync.WaitGroup.Wait", func(*testing.T) (stand, release func()) {
		var group sync.WaitGroup
		group.Add(1)
		return group.Wait, group.Done
	}},
	{"condition variable", "sync.Cond.Wait", func(*testing.T) (stand, release func()) {
		c := sync.NewCond(new(sync.Mutex))
		over := false
		return func() {
				c.L.Lock()
				for !over {
					c.Wait()
				}
				c.L.Unlock()
			}, func() {
				c.L.Lock()
				over = true
				c.L.Unlock()
				c.Signal()
			}
	}},
	{"system call", "syscall", func(t *testing.T) (stand, release func()) {
		var fds [2]int
		if err := syscall.Pipe(fds[:]); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { syscall.Close(fds[0]) })
		return func() { syscall.Read(fds[0], make([]byte, 1)) }, func() { syscall.Close(fds[1]) }
	}},
	{"I/O", "IO wait", func(t *testing.T) (stand, release func()) {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { r.Close() })
		return func() { r.Read(make([]byte, 1)) }, func() { w.Close() }
	}},
}

// standStill is called in a poll. It comes back when the poll was reported, while it stood still, as blocked on what the
// obstacle is. So it does not come back at all if the report does not come.
func (l *watcher) standStill(obstacle int) {
	o := obstacles[obstacle]
	stand, release := o.make(l.t)
	reported := make(chan []SlowPoll, 1)
	go func() {
		for {
			if state, _ := l.w.stack(); state == o.state {
				break
			}
		}
		l.look(reportGap)
		l.look(reportGap)
		reported <- l.take()
		release()
	}()
	stand()
	reports := <-reported
	if len(reports) != 1 || reports[0].Ended {
		l.t.Errorf("reported while it stood still: %+v", reports)
		return
	}
	s := reports[0]
	if s.State != o.state || s.BlockedOn != o.blockedOn || !strings.Contains(string(s.Stack), ".standStill(") {
		l.t.Errorf("%s: reported as %q, blocked on %q, with the stack\n%s", o.state, s.State, s.BlockedOn, s.Stack)
	}
}

// F22: a poll that blocks the loop, by whatever means, is reported while it does, with the reason.
func TestSlowPollSaysWhatItIsBlockedOn(t *testing.T) {
	for i, o := range obstacles {
		t.Run(o.state, func(t *testing.T) {
			r := newRig(t)
			l := r.watch(t)
			r.spawn(func() {
				Await(r.ex, &yields{1}) // its first poll was short
				l.standStill(i)
			})
			l.look(0)
			if s := l.wantOne("at the end"); !s.Ended {
				t.Errorf("at the end: %+v", s)
			}
		})
	}
}

// places are where a poll may stand: each calls still once, on whichever goroutine that is.
var places = map[string]func(r *rig, still func()){
	"straight-line code": func(r *rig, still func()) { r.spawn(still) },
	"a coroutine that has served before": func(r *rig, still func()) {
		r.spawn(func() { Await(r.ex, &yields{1}) })
		r.spawn(still)
	},
	"a coroutine that was made by one that is gone": func(r *rig, still func()) {
		r.spawn(func() {
			Await(r.ex, Async(r.ex, func() (int, error) { return Await(r.ex, &yields{1}) }))
			runtime.Goexit()
		})
		r.spawn(still)
	},
	"a hand-written Poll": func(r *rig, still func()) {
		SpawnFuture[int](r.ex, &leaf{ready: true, onPoll: func(*future.Context) { still() }})
		r.run()
	},
	"a Poll below Await": func(r *rig, still func()) {
		r.spawn(func() { Await[int](r.ex, &leaf{ready: true, onPoll: func(*future.Context) { still() }}) })
	},
	"a nested coroutine": func(r *rig, still func()) {
		r.spawn(func() {
			Await(r.ex, Async(r.ex, func() (int, error) {
				return Await(r.ex, Async(r.ex, func() (int, error) {
					Await(r.ex, &yields{1})
					still()
					return 0, nil
				}))
			}))
		})
	},
	"the outer one of two coroutines": func(r *rig, still func()) {
		r.spawn(func() {
			Await(r.ex, Async(r.ex, func() (int, error) { return Await(r.ex, &yields{1}) }))
			still()
		})
	},
	"an iter.Pull that the task has made": func(r *rig, still func()) {
		r.spawn(func() {
			inner := func(yield func(int) bool) { still() }
			next, stop := iter.Pull(func(yield func(int) bool) {
				next, stop := iter.Pull(inner)
				defer stop()
				next()
			})
			defer stop()
			next()
		})
	},
	"unwinding after a Cancel": func(r *rig, still func()) {
		r.spawn(func() {
			defer still()
			Await[int](r.ex, &leaf{})
		}).Cancel()
		r.run()
	},
	"a Cancel of what lost a race": func(r *rig, still func()) {
		r.spawn(func() {
			loser := Async(r.ex, func() (int, error) {
				defer still()
				return Await[int](r.ex, &leaf{})
			})
			Await(r.ex, future.Race(loser, future.Future[int](&leaf{ready: true})))
		})
	},
	"unwinding at a forced end": func(r *rig, still func()) {
		stopped := false
		r.spawn(func() {
			defer still()
			retryLoop(r, new(int), &stopped)
		})
		r.ex.CancelAll()
		r.turn() // the others end; this one ignores its errors
		r.ex.Force()
		r.run()
	},
	"an adopted coroutine": func(r *rig, still func()) {
		h := r.spawn(func() {
			inner := Async(r.ex, func() (int, error) {
				defer still()
				for range 2 * pollBudget {
					r.ex.Yield()
				}
				return 0, nil
			})
			Await(r.ex, future.Race(inner, future.Future[int](&leaf{ready: true})))
		})
		h.Cancel()
		r.run()
	},
	"OnPanic": func(r *rig, still func()) {
		r.panicsExpected = true
		onPanic := r.ex.opt.OnPanic
		r.ex.opt.OnPanic = func(i TaskInfo, err *PanicError) { onPanic(i, err); still() }
		r.spawn(func() { panic("on the way to OnPanic") })
	},
}

// F22: a poll is reported wherever it stands, with the stack of the goroutine that does.
func TestSlowPollShowsTheStackThatCounts(t *testing.T) {
	for name, place := range places {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			l := r.watch(t)
			// Others that rest, before and behind.
			rests := func() { Await[int](r.ex, &leaf{}) }
			r.spawn(rests)
			r.spawnLater(rests)
			times := 0
			place(r, func() { times++; l.standStill(4) }) // a mutex
			if times != 1 {
				t.Errorf("stood still %d times", times)
			}
			r.end()
		})
	}
}

// F22: of two loops in a process each reports its own poll.
func TestTwoLoopsStandStill(t *testing.T) {
	first, second := newRig(t), newRig(t)
	l, m := first.watch(t), second.watch(t)
	m.w.leave(slices.Index(m.w.goroutines, goroutineID())) // it runs elsewhere
	ended, both := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		id := m.w.enter()
		second.spawn(func() { both <- struct{}{}; m.standStill(1) })
		m.w.leave(id)
	}()
	first.spawn(func() { <-both; l.standStill(4) })
	<-ended
	m.w.enter()
}

func TestParseHeader(t *testing.T) {
	for text, want := range map[string]string{
		"goroutine 7 [running]:\nmain.main()":                             "7 running",
		"goroutine 7 [runnable]:\n":                                       "7 running",
		"goroutine 18446744073709551615 [coroutine, locked to thread]:\n": "18446744073709551615 coroutine",
		"goroutine 7 [chan receive (nil chan), 3 minutes]:\n":             "7 chan receive (nil chan)",
		"goroutine 7 [runnable (scan), locked to thread]:\n":              "7 running",
		"goroutine 7 [select (no cases)]:\n":                              "7 select (no cases)",
		`goroutine 7 [syscall labels:{"a": "b, c"}]:` + "\n":              "7 syscall",
		"goroutine x [running]:\n":                                        "no",
		"goroutine 7 running:\n":                                          "no",
		"main.main()\n":                                                   "no",
		"":                                                                "no",
		"goroutine 7 [running":                                            "no",
	} {
		got := "no"
		if id, state, ok := parseHeader([]byte(text)); ok {
			got = fmt.Sprint(id, " ", state)
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestBlockedOn(t *testing.T) {
	for state, want := range map[string]string{
		"running": "", "semacquire": "mutex", "chan receive (nil chan)": "channel", "select (no cases)": "channel",
		"sleep": "sleep", "GC assist wait": "GC assist wait",
	} {
		if got := blockedOn(state); got != want {
			t.Errorf("%s: got %q, want %q", state, got, want)
		}
	}
}
