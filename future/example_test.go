package future_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/future"
)

// countdown is a future written by hand: it is done at its n-th poll.
type countdown struct {
	future.NoCancel // it holds nothing between polls
	n               int
}

func (c *countdown) Poll(cx *future.Context) (string, error) {
	if c.n--; c.n > 0 {
		cx.Yield() // a wake must be on its way before Pending is returned
		return "", future.Pending
	}
	return "lift-off", nil
}

// run polls f until it is final, as an executor does for one task.
func run[T any](f future.Future[T]) (T, error) {
	task := eddytest.NewTask(nil, f)
	for {
		v, err := task.Poll()
		if err != future.Pending {
			return v, err
		}
		if !task.Woken() {
			task.Cancel()
			return v, errors.New("nobody will wake it")
		}
	}
}

func ExampleFuture() {
	fmt.Println(run(&countdown{n: 3}))
	// Output: lift-off <nil>
}

func ExamplePending() {
	f := future.Func(func(cx *future.Context) (int, error) {
		cx.Yield()
		return 0, future.Pending // itself, never wrapped
	})
	_, err := eddytest.NewTask(nil, f).Poll()
	fmt.Println(err == future.Pending)
	// Output: true
}

func ExampleFunc() {
	polls := 0
	f := future.Func(func(cx *future.Context) (int, error) {
		if polls++; polls < 3 {
			cx.Yield()
			return 0, future.Pending
		}
		return polls, nil
	})
	fmt.Println(run(f))
	// Output: 3 <nil>
}

func ExampleReady() {
	fmt.Println(run(future.Ready("here already")))
	// Output: here already <nil>
}

func ExampleFail() {
	fmt.Println(run(future.Fail[int](io.EOF)))
	// Output: 0 EOF
}

func ExampleMap() {
	shout := func(s string) (string, error) { return strings.ToUpper(s), nil }
	fmt.Println(run(future.Map(&countdown{n: 2}, shout)))
	// Output: LIFT-OFF <nil>
}

func ExampleThen() {
	again := func(s string) future.Future[string] { return future.Ready("after " + s) }
	fmt.Println(run(future.Then(&countdown{n: 2}, again)))
	// Output: after lift-off <nil>
}

func ExampleJoin2() {
	v, err := run(future.Join2(&countdown{n: 2}, future.Ready(42)))
	fmt.Println(v.First, v.Second, err)
	// Output: lift-off 42 <nil>
}

func ExampleJoin3() {
	v, err := run(future.Join3(future.Ready("a"), &countdown{n: 2}, future.Ready(3)))
	fmt.Println(v.First, v.Second, v.Third, err)
	// Output: a lift-off 3 <nil>
}

func ExampleJoinAll() {
	fmt.Println(run(future.JoinAll(future.Ready(1), future.Ready(2), future.Ready(3))))
	// The first error ends it.
	fmt.Println(run(future.JoinAll(future.Ready(1), future.Fail[int](io.EOF))))
	// Output:
	// [1 2 3] <nil>
	// [] EOF
}

func ExampleRace() {
	fmt.Println(run(future.Race[string](&countdown{n: 9}, future.Ready("the fast one"))))
	// Output: the fast one <nil>
}

func ExampleSelect2() {
	v, err := run(future.Select2(&countdown{n: 9}, future.Ready(42)))
	switch v.Index {
	case 0:
		fmt.Println("text", v.First, err)
	case 1:
		fmt.Println("number", v.Second, err)
	}
	// Output: number 42 <nil>
}

func ExampleSelect3() {
	v, err := run(future.Select3(&countdown{n: 9}, &countdown{n: 9}, future.Ready(42)))
	fmt.Println(v.Index, v.Third, err)
	// Output: 2 42 <nil>
}

// A Waker is handed to the goroutine that will know when to go on.
func ExampleWaker() {
	var waker future.Waker
	task := eddytest.NewTask(nil, future.Func(func(cx *future.Context) (int, error) {
		waker = cx.Waker()
		return 0, future.Pending
	}))
	defer task.Cancel()
	task.Poll()
	done := make(chan struct{})
	go func() {
		defer close(done)
		waker.Wake()
	}()
	<-done
	fmt.Println(task.Woken())
	// Output: true
}

// gate lets futures through once it is open. It is for one goroutine only, so it keeps LocalWakers.
type gate struct {
	open    bool
	waiting []future.LocalWaker
}

func (g *gate) pass() future.Future[string] {
	return future.Func(func(cx *future.Context) (string, error) {
		if g.open {
			return "passed", nil
		}
		g.waiting = append(g.waiting, cx.LocalWaker())
		return "", future.Pending
	})
}

func ExampleLocalWaker() {
	var g gate
	task := eddytest.NewTask(nil, g.pass())
	task.Poll()
	g.open = true
	for _, w := range g.waiting {
		w.Wake()
	}
	fmt.Println(task.Woken())
	fmt.Println(task.Poll())
	// Output:
	// true
	// passed <nil>
}

// queue is the run queue of the smallest executor: a Target that puts its task there.
type queue []uint64

func (q *queue) Wake(key uint64)      { *q = append(*q, key) } // a real one takes a lock: any goroutine may call
func (q *queue) WakeLocal(key uint64) { *q = append(*q, key) }

func ExampleTarget() {
	var ready queue
	env := future.Env{Clock: new(eddytest.Clock), Budget: 128}
	cx := future.NewContext(future.NewWaker(&ready, 7), &env)

	var g gate
	f := g.pass()
	_, err := f.Poll(&cx)
	fmt.Println(err == future.Pending, ready)

	g.open = true
	g.waiting[0].Wake() // only enqueues
	fmt.Println(ready)
	fmt.Println(f.Poll(&cx))
	// Output:
	// true []
	// [7]
	// passed <nil>
}

// Spend keeps a future that is always ready from holding the loop for ever.
func ExampleContext_Spend() {
	received := 0
	busy := future.Func(func(cx *future.Context) (int, error) {
		for cx.Spend() {
			received++
		}
		return 0, future.Pending
	})
	task := eddytest.NewTask(nil, busy)
	task.Budget = 10
	task.Poll()
	fmt.Println(received, task.Woken())
	// Output: 10 true
}

// A Clock wakes at a deadline. The wake is a hint: the future looks at the time again.
func ExampleClock() {
	var armed future.TimerID
	lunch := future.Func(func(cx *future.Context) (string, error) {
		const noon = 12 * time.Hour
		if cx.Clock().Now() >= noon {
			return "lunch", nil
		}
		armed = cx.Clock().Rearm(armed, noon, cx.LocalWaker())
		return "", future.Pending
	})
	task := eddytest.NewTask(nil, lunch)
	task.Poll()
	task.Clock.Advance(11 * time.Hour)
	fmt.Println(task.Woken())
	task.Clock.Advance(time.Hour)
	fmt.Println(task.Woken())
	fmt.Println(task.Poll())
	// Output:
	// false
	// true
	// lunch <nil>
}

// After does not overflow, however long the wait is.
func ExampleAfter() {
	now := 3 * time.Second
	fmt.Println(future.After(now, time.Minute))
	fmt.Println(future.After(now, future.Never) == future.Never)
	// Output:
	// 1m3s
	// true
}
