package future

// A Target is what a waker wakes: a task of an executor, one child of a Join or Race, a probe in a test.
//
// key is what the waker was made with, and means what the target likes: which of several waits is over, say, or which
// generation of a target whose memory serves again. A target that has moved on (its task has ended) ignores wakes.
// Wakers are compared, so a Target is a pointer.
type Target interface {
	// Wake is for any goroutine. It only enqueues: no future is ever polled from inside it.
	Wake(key uint64)
	// WakeLocal is the same for the goroutine that polls; it needs no synchronisation.
	WakeLocal(key uint64)
}

// A Waker asks for one more poll of the task that it was handed to. It is a value: copy it, keep it, send it to
// another goroutine. The zero Waker wakes nobody.
type Waker struct {
	target Target
	key    uint64
}

// NewWaker returns a waker that wakes t with key. It is for executors and test kits.
func NewWaker(t Target, key uint64) Waker { return Waker{t, key} }

// Wake may be called from any goroutine, any number of times, also after the task has ended; then nothing happens.
// What the caller wrote before Wake is visible to the poll that follows from it.
func (w Waker) Wake() {
	if w.target != nil {
		w.target.Wake(w.key)
	}
}

// Local returns the same waker for code that runs on the polling goroutine only.
func (w Waker) Local() LocalWaker { return LocalWaker(w) }

// A LocalWaker is a Waker for code on the polling goroutine: reactors, timers, joins, locks between tasks. It goes
// straight to the run queue, without any synchronisation. The zero LocalWaker wakes nobody.
type LocalWaker struct {
	target Target
	key    uint64
}

// Wake asks for one more poll. It must be called on the goroutine that polls.
func (w LocalWaker) Wake() {
	if w.target != nil {
		w.target.WakeLocal(w.key)
	}
}

// IsZero reports whether w wakes nobody.
func (w LocalWaker) IsZero() bool { return w.target == nil }
