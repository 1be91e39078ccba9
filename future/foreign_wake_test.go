package future_test

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/future"
)

// A counter is a future that is final when the goroutine behind it has counted to limit. The count is a plain field:
// only the wake orders the goroutine's write before the poll's read, so the race detector sees a wake that does not
// publish, and the test hangs on one that is lost.
type counter struct {
	future.NoCancel
	limit int
	count int // written by the goroutine before each Wake
	ack   chan int
	start func(w future.Waker)
}

func (c *counter) Poll(cx *future.Context) (int, error) {
	w := cx.Waker()
	if c.start != nil {
		start := c.start
		c.start = nil
		start(w)
		return 0, future.Pending
	}
	count := c.count
	c.ack <- count // from here on the goroutine may write again
	if count == c.limit {
		return count, nil
	}
	return 0, future.Pending
}

// signal is a target that a polling loop sleeps on.
type signal chan struct{}

func (s signal) Wake(uint64) {
	select {
	case s <- struct{}{}:
	default:
	}
}

func (s signal) WakeLocal(uint64) { panic("a foreign wake was passed on as a local one") }

// F5, F20: wakes from other goroutines are neither lost nor do they arrive before what was written ahead of them.
func TestForeignWakesArePublishedAndNotLost(t *testing.T) {
	eddytest.Baseline(t)
	const children, rounds = 4, 3000
	var wg sync.WaitGroup
	fs := make([]future.Future[int], children)
	for i := range fs {
		c := &counter{limit: rounds, ack: make(chan int, 1)}
		c.start = func(w future.Waker) {
			wg.Go(func() {
				for n := 1; n <= rounds; n++ {
					c.count = n
					w.Wake()
					if got := <-c.ack; got != n {
						t.Errorf("the poll after wake %d saw %d", n, got)
						return
					}
				}
				w.Wake() // after the end
			})
		}
		fs[i] = c
	}
	// Two levels: a foreign wake passes from group to group.
	all := future.Join2(future.JoinAll(fs[:2]...), future.JoinAll(fs[2:]...))
	wake := make(signal, 1)
	env := future.Env{Clock: new(eddytest.Clock)}
	cx := future.NewContext(future.NewWaker(wake, 0), &env)
	for {
		env.Budget = eddytest.DefaultBudget
		v, err := all.Poll(&cx)
		if err == nil {
			if v.First[0] != rounds || v.Second[1] != rounds {
				t.Errorf("%+v", v)
			}
			break
		}
		<-wake
	}
	wg.Wait()
}

// A wake that finds its child posted already adds nothing to the list, but it publishes what its goroutine wrote: the
// poll that the earlier wake has asked for may be the only one. The two goroutines are ordered by nothing else, since
// runtime.NumGoroutine tells the race detector nothing; so this test fails only under -race.
func TestWakeOfAPostedChildPublishes(t *testing.T) {
	var data [2]int
	var waker future.Waker
	sum := future.Func(func(cx *future.Context) (int, error) {
		waker = cx.Waker()
		if data[0]+data[1] == 0 {
			return 0, future.Pending
		}
		return data[0] + data[1], nil
	})
	task := eddytest.NewTask(t, future.Race(sum))
	wantPending(t, task)
	before := runtime.NumGoroutine()
	for i := range data {
		go func() {
			data[i] = i + 1
			waker.Wake()
		}()
		for runtime.NumGoroutine() > before {
			runtime.Gosched()
		}
	}
	wantValue(t, task, 3)
}

// Many goroutines wake all children at the same time, while the loop polls: no wake is lost.
func TestManyGoroutinesWakeAllChildren(t *testing.T) {
	eddytest.Baseline(t)
	const children, goroutines, rounds = 16, 4, 500
	ls, fs := make([]*arrivals, children), make([]future.Future[int], children)
	for i := range ls {
		ls[i] = &arrivals{want: goroutines * rounds}
		fs[i] = ls[i]
	}
	all := future.JoinAll(fs...)
	wake := make(signal, 1)
	env := future.Env{Clock: new(eddytest.Clock), Budget: eddytest.DefaultBudget}
	cx := future.NewContext(future.NewWaker(wake, 0), &env)
	if _, err := all.Poll(&cx); err != future.Pending {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range goroutines {
		wg.Go(func() {
			for range rounds {
				for _, l := range ls {
					l.arrived.Add(1)
					l.first.Wake()
				}
			}
		})
	}
	for {
		<-wake
		if _, err := all.Poll(&cx); err == nil {
			break
		}
	}
	wg.Wait()
}

// arrivals is final when want wakes have come; each is counted just before it.
type arrivals struct {
	future.NoCancel
	want    int64
	arrived atomic.Int64
	first   future.Waker // written by the first Poll, before the goroutines start
	polled  bool
}

func (a *arrivals) Poll(cx *future.Context) (int, error) {
	if a.arrived.Load() == a.want {
		return 0, nil
	}
	if !a.polled {
		a.polled = true
		a.first = cx.Waker()
	}
	return 0, future.Pending
}
