package esync

import "github.com/eddy-go/eddy"

// A Semaphore is a number of permits, such as connections that may be open at once or bytes that may be in memory. Those
// who wait are served in the order in which they came, so one who wants many is not passed by those who want few.
type Semaphore struct {
	permits permits
	size    int64
}

var semaphorePermits = permitKind{method: "Semaphore.AcquireFuture", wanted: "permits of an esync.Semaphore", counts: true}

// NewSemaphore returns a Semaphore of n permits. It panics if n is negative.
func NewSemaphore(n int64) *Semaphore {
	if n < 0 {
		panic("esync: NewSemaphore with a negative number of permits")
	}
	return &Semaphore{size: n}
}

// Acquire takes n permits. It waits until it is its turn and so many are free. More than the Semaphore has would never be
// free: that is an error at once. It panics if n is negative.
//
// An Acquire that need not wait succeeds, even in a task that is cancelled. One that waits returns eddy.ErrCanceled, or
// os.ErrDeadlineExceeded in a WithTimeout that has expired, and has taken nothing. From a task.
func (s *Semaphore) Acquire(rt *eddy.Runtime, n int64) error {
	if s.TryAcquire(n) {
		return nil
	}
	return s.permits.wait(rt, n, s.size, &semaphorePermits)
}

// TryAcquire takes n permits if that needs no wait, and reports whether it has. It panics if n is negative. From a task.
func (s *Semaphore) TryAcquire(n int64) bool {
	checkPermits("Acquire", n)
	return s.permits.take(n, s.size)
}

// Release gives back n permits. It panics if n is negative or more than were taken. From a task.
func (s *Semaphore) Release(n int64) {
	checkPermits("Release", n)
	if n > s.permits.taken {
		panic("esync: Release of more permits of a Semaphore than were taken")
	}
	s.permits.give(n, s.size)
}

// AcquireFuture returns a future that takes n permits. Cancelling it leaves them to the others. From a task.
func (s *Semaphore) AcquireFuture(n int64) eddy.Future[struct{}] {
	checkPermits("Acquire", n)
	return s.permits.future(n, s.size, &semaphorePermits)
}

func checkPermits(op string, n int64) {
	if n < 0 {
		panic("esync: " + op + " of a negative number of permits")
	}
}
