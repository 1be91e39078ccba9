package micro

import (
	"slices"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/future"
)

// One operation is the way from a wake on another goroutine to the first line of what was woken, while whoever is woken
// sleeps. The result is the median of these times, and not the benchmark's own time, which has the pauses in it.
var remoteWakes = contest{
	{"eddy", func(watch stopwatch, n int) (int, error) {
		wakers, wokenAt := make(chan future.Waker, 1), make(chan time.Time, 1)
		ended := make(chan error, 1)
		go func() {
			ended <- eddy.BlockOn(func(rt *eddy.Runtime) error {
				for range n {
					if _, err := eddy.Await[struct{}](rt, &errand{wakers: wakers, wokenAt: wokenAt}); err != nil {
						return err
					}
				}
				return nil
			})
		}()
		done := timesOfWakes(watch, n, func() (begin, end time.Time) {
			waker := <-wakers
			time.Sleep(pauseBetweenWakes)
			begin = time.Now()
			waker.Wake()
			return begin, <-wokenAt
		})
		return done, <-ended
	}},
	{"eddy-spawn", func(watch stopwatch, n int) (int, error) {
		rt, err := eddy.New(eddy.Config{})
		if err != nil {
			return 0, err
		}
		handle, wokenAt := rt.Handle(), make(chan time.Time, 1)
		ended := make(chan error, 1)
		var last gate
		go func() {
			ended <- rt.BlockOn(func(rt *eddy.Runtime) error {
				_, err := eddy.Await[struct{}](rt, pass{&last})
				return err
			})
		}()
		first := func() { wokenAt <- time.Now() }
		done := timesOfWakes(watch, n, func() (begin, end time.Time) {
			time.Sleep(pauseBetweenWakes)
			begin = time.Now()
			if err = handle.Spawn(first); err != nil {
				return begin, begin
			}
			return begin, <-wokenAt
		})
		if err == nil {
			err = handle.Spawn(last.open)
		}
		handle.Release()
		if err != nil {
			return done, err
		}
		return done, <-ended
	}},
	{"goroutines", func(watch stopwatch, n int) (int, error) {
		wakes, wokenAt := make(chan struct{}), make(chan time.Time, 1)
		defer close(wakes)
		go func() {
			for range wakes {
				wokenAt <- time.Now()
			}
		}()
		return timesOfWakes(watch, n, func() (begin, end time.Time) {
			time.Sleep(pauseBetweenWakes)
			begin = time.Now()
			wakes <- struct{}{}
			return begin, <-wokenAt
		}), nil
	}},
}

// pauseBetweenWakes lets the loop fall asleep before the next wake. Picked.
const pauseBetweenWakes = 200 * time.Microsecond

// timesOfWakes reports the median of n wakes, and returns how many took time at all.
func timesOfWakes(watch stopwatch, n int, wake func() (begin, end time.Time)) (done int) {
	times := make([]time.Duration, n)
	for i := range times {
		begin, end := wake()
		times[i] = end.Sub(begin)
		if times[i] > 0 {
			done++
		}
	}
	slices.Sort(times)
	watch.ReportMetric(float64(times[n/2]), "ns/op")
	return done
}

// errand hands its waker out at its first poll and says at its second when that was.
type errand struct {
	future.NoCancel
	wakers  chan<- future.Waker
	wokenAt chan<- time.Time
	asked   bool
}

func (e *errand) Poll(cx *future.Context) (struct{}, error) {
	if !e.asked {
		e.asked = true
		e.wakers <- cx.Waker()
		return struct{}{}, future.Pending
	}
	e.wokenAt <- time.Now()
	return struct{}{}, nil
}
