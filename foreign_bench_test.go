//go:build linux

package eddy_test

import (
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/future"
)

// What other goroutines pay, and how soon they are served. The distances are medians and percentiles of their own,
// reported as metrics: the benchmark's ns/op contains the pauses between the wakes.

// pauseBetweenWakes lets the loop fall asleep before the next wake.
const pauseBetweenWakes = 200 * time.Microsecond

// BenchmarkWakeOfASleepingLoop compares the way from Waker.Wake on another goroutine to the task's poll with the way
// from a raw write to an eventfd to the return of a goroutine's epoll_wait, in turns.
func BenchmarkWakeOfASleepingLoop(b *testing.B) {
	raw, loop := newRawWake(b), newLoopWake(b)
	var rawTimes, loopTimes []time.Duration
	for b.Loop() {
		rawTimes = append(rawTimes, raw.wake())
		loopTimes = append(loopTimes, loop.wake())
	}
	rawMedian, loopMedian := quantile(rawTimes, 0.5), quantile(loopTimes, 0.5)
	b.ReportMetric(float64(rawMedian.Nanoseconds()), "raw-p50-ns")
	b.ReportMetric(float64(loopMedian.Nanoseconds()), "eddy-p50-ns")
	b.ReportMetric(float64(loopMedian)/float64(rawMedian), "ratio")
}

// quantile sorts times.
func quantile(times []time.Duration, q float64) time.Duration {
	slices.Sort(times)
	return times[int(q*float64(len(times)-1))]
}

// rawWake is an eventfd and a goroutine, locked to its thread, that waits for it.
type rawWake struct {
	eventfd int
	woken   chan time.Time
}

func newRawWake(b *testing.B) *rawWake {
	poll, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		b.Fatal(err)
	}
	fd, err := unix.Eventfd(0, unix.EFD_NONBLOCK|unix.EFD_CLOEXEC)
	if err != nil {
		b.Fatal(err)
	}
	if err := unix.EpollCtl(poll, unix.EPOLL_CTL_ADD, fd, &unix.EpollEvent{Events: unix.EPOLLIN | unix.EPOLLET}); err != nil {
		b.Fatal(err)
	}
	r := &rawWake{eventfd: fd, woken: make(chan time.Time)}
	stop := false
	b.Cleanup(func() {
		stop = true
		unix.Write(fd, []byte{1, 0, 0, 0, 0, 0, 0, 0})
		<-r.woken
		unix.Close(fd)
		unix.Close(poll)
	})
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		events := make([]unix.EpollEvent, 4)
		for !stop {
			if _, err := unix.EpollWait(poll, events, -1); err == nil {
				r.woken <- time.Now()
			}
		}
	}()
	return r
}

func (r *rawWake) wake() time.Duration {
	time.Sleep(pauseBetweenWakes)
	begin := time.Now()
	unix.Write(r.eventfd, []byte{1, 0, 0, 0, 0, 0, 0, 0})
	return (<-r.woken).Sub(begin)
}

// loopWake is a runtime whose main task waits for a waker that another goroutine holds.
type loopWake struct {
	waker chan future.Waker
	woken chan time.Time
	stop  atomic.Bool
}

func newLoopWake(b *testing.B) *loopWake {
	l := &loopWake{waker: make(chan future.Waker, 1), woken: make(chan time.Time, 1)}
	ended := make(chan error)
	go func() {
		ended <- eddy.BlockOn(func(rt *eddy.Runtime) error {
			for !l.stop.Load() {
				polls := 0
				_, err := eddy.Await(rt, future.Func(func(cx *future.Context) (struct{}, error) {
					if polls++; polls == 1 {
						l.waker <- cx.Waker()
						return struct{}{}, future.Pending
					}
					l.woken <- time.Now()
					return struct{}{}, nil
				}))
				if err != nil {
					return err
				}
			}
			return nil
		})
	}()
	b.Cleanup(func() {
		l.stop.Store(true)
		(<-l.waker).Wake()
		if err := <-ended; err != nil {
			b.Error(err)
		}
	})
	return l
}

func (l *loopWake) wake() time.Duration {
	w := <-l.waker
	time.Sleep(pauseBetweenWakes)
	begin := time.Now()
	w.Wake()
	return (<-l.woken).Sub(begin)
}

// BenchmarkWakeOfABusyLoop is what a wake costs the goroutine that makes it while the loop has no reason to sleep.
func BenchmarkWakeOfABusyLoop(b *testing.B) {
	wakers := make(chan future.Waker)
	ended := make(chan error)
	var stop atomic.Bool
	go func() {
		ended <- eddy.BlockOn(func(rt *eddy.Runtime) error {
			first := true
			_, err := eddy.Await(rt, future.Func(func(cx *future.Context) (struct{}, error) {
				if first {
					first = false
					wakers <- cx.Waker()
				}
				if stop.Load() {
					return struct{}{}, nil
				}
				cx.Yield()
				return struct{}{}, future.Pending
			}))
			return err
		})
	}()
	w := <-wakers
	for b.Loop() {
		w.Wake()
	}
	stop.Store(true)
	if err := <-ended; err != nil {
		b.Error(err)
	}
}

// BenchmarkOthersAtOneProcessor is how long another goroutine waits for its turn at GOMAXPROCS=1, while the loop is
// never idle and a Handle is open (F36).
func BenchmarkOthersAtOneProcessor(b *testing.B) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	var times []time.Duration
	rt, err := eddy.New(eddy.Config{})
	if err != nil {
		b.Fatal(err)
	}
	err = rt.BlockOn(func(rt *eddy.Runtime) error {
		h := rt.Handle()
		defer h.Release()
		for b.Loop() {
			var served atomic.Int64
			begin := time.Now()
			go func() { served.Store(int64(time.Since(begin))) }()
			for served.Load() == 0 {
				spin()
				if err := rt.Yield(); err != nil {
					return err
				}
			}
			times = append(times, time.Duration(served.Load()))
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(quantile(times, 0.5).Microseconds()), "p50-us")
	b.ReportMetric(float64(quantile(times, 0.99).Microseconds()), "p99-us")
}

// spin is some microseconds of work that never enters the scheduler.
func spin() {
	for x, i := 0, 0; i < 10_000; i++ {
		x += i
		sink = x
	}
}

var sink int
