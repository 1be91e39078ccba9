package micro

import (
	"errors"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/future"
)

// One operation arms a new timer and cancels it, as each wait with a timeout does, while so many others are armed. Go's is
// an AfterFunc: a Timer with a channel that nobody waits for is not among the armed ones.
func timers(armed int) contest {
	timeout := func(d time.Duration) eddy.Future[struct{}] { return eddy.Timeout[struct{}](d, never{}) }
	return contest{
		{"eddy", func(watch stopwatch, n int) (int, error) { return pollAndCancel(watch, armed, n, eddy.Sleep) }},
		{"eddy-timeout", func(watch stopwatch, n int) (int, error) { return pollAndCancel(watch, armed, n, timeout) }},
		{"goroutines", func(watch stopwatch, n int) (int, error) { return afterAndStop(watch, armed, n) }},
	}
}

// ahead is how far ahead the i-th timer is armed: one to about two hours, spread evenly and without order.
func ahead(i int) time.Duration {
	return time.Hour + time.Duration(uint32(i)*2_654_435_761)*time.Microsecond
}

var errNotArmed = errors.New("the timer was not armed")

// pollAndCancel does it in one poll of one task: no park is in it.
func pollAndCancel(watch stopwatch, armed, n int, wait func(time.Duration) eddy.Future[struct{}]) (done int, err error) {
	rt, err := eddy.New(eddy.Config{})
	if err != nil {
		return 0, err
	}
	_, err = eddy.BlockOnFuture(rt, future.Func(func(cx *future.Context) (struct{}, error) {
		for i := range armed {
			other := wait(ahead(i))
			if _, err := other.Poll(cx); err != future.Pending {
				return struct{}{}, errNotArmed
			}
			defer other.Cancel()
		}
		watch.ResetTimer()
		for ; done < n; done++ {
			one := wait(ahead(armed + done))
			if _, err := one.Poll(cx); err != future.Pending {
				return struct{}{}, errNotArmed
			}
			one.Cancel()
		}
		watch.StopTimer()
		return struct{}{}, nil
	}))
	return done, err
}

func afterAndStop(watch stopwatch, armed, n int) (done int, err error) {
	nothing := func() {}
	for i := range armed {
		other := time.AfterFunc(ahead(i), nothing)
		defer other.Stop()
	}
	watch.ResetTimer()
	for ; done < n; done++ {
		if !time.AfterFunc(ahead(armed+done), nothing).Stop() {
			return done, errNotArmed
		}
	}
	watch.StopTimer()
	return done, nil
}

// never is a future that is not done before it is cancelled.
type never struct{ future.NoCancel }

func (never) Poll(*future.Context) (struct{}, error) { return struct{}{}, future.Pending }
