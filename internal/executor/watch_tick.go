package executor

import (
	"runtime"
	"time"
)

// SlowPoll says that a poll of a task takes longer than it should: the loop does nothing else meanwhile.
type SlowPoll struct {
	Task TaskInfo
	// For is how long the poll has taken so far, at least: it is counted from when the watcher first saw the poll.
	For time.Duration
	// Ended: the poll was reported before, and is over. Then State, BlockedOn and Stack are empty.
	Ended bool
	// State is that of the goroutine which runs the poll, as Go calls it: "running", "chan receive", "sync.Mutex.Lock".
	State string
	// BlockedOn says what State means: "mutex", "channel", "sleep", "system call", "I/O", "wait group", "condition
	// variable"; "" if the goroutine computes. Anything else is Go's word.
	BlockedOn string
	// Stack is that of the goroutine, as runtime.Stack formats it.
	Stack []byte
	// Trace is the file with the execution trace, if one was written.
	Trace string
	// Missed is how many slow polls have ended without a report since the last report.
	Missed int
}

// The shortest time between two reports of polls in progress: each stops the process while it prints all stacks, and a
// loop whose polls are all slow must not be slowed down by being told so. Picked, the second one to be more than a
// hundred times what a parked coroutine costs (measured: 4 to 7 us): reports take a hundredth of the time at most.
const (
	reportGap       = time.Second
	gapPerGoroutine = time.Millisecond
)

// Tick is the watcher's look. now is the time by any clock that does not go back. It reports whether the loop has
// polled nothing since the last look; then the watcher may Sleep.
//
// A poll is reported when it has lasted for the limit, then after twice as long as at the last report, and so on. One
// that was reported is reported once more when it is over.
func (w *Watch) Tick(now time.Time) (idle bool) {
	switch found := w.slot.Load(); found {
	case &w.seen:
		w.goesOn(now)
	case &w.quiet:
		return true
	case nil:
		w.over()
		w.slot.CompareAndSwap(nil, &w.quiet)
	default:
		if w.over() {
			return false // the report took a while: what polls now may have begun after this look
		}
		if w.slot.CompareAndSwap(found, &w.seen) { // else the loop has gone on
			w.subject, w.since, w.lasted, w.due, w.reported = found, now, 0, w.limit, false
		}
	}
	return false
}

// Sleep waits until the loop polls something. It returns false if stop was closed before.
func (w *Watch) Sleep(stop <-chan struct{}) bool {
	if !w.slot.CompareAndSwap(&w.quiet, &w.asleep) {
		return true
	}
	select {
	case <-w.awake:
		return true
	case <-stop:
		return false
	}
}

// End is the last look: the loop polls nothing any more.
func (w *Watch) End() { w.over() }

// goesOn reports the poll, if it is time.
func (w *Watch) goesOn(now time.Time) {
	w.lasted = now.Sub(w.since)
	if w.lasted < w.due || now.Before(w.notBefore) {
		return
	}
	w.notBefore = now.Add(max(reportGap, time.Duration(runtime.NumGoroutine())*gapPerGoroutine))
	state, stack := w.stack()
	if w.slot.Load() != &w.seen {
		return // the poll has ended meanwhile: the stack may be another one's
	}
	w.due, w.reported = 2*w.lasted, true
	w.tell(SlowPoll{State: state, BlockedOn: blockedOn(state), Stack: stack})
}

// over is called when the poll that was marked has ended. It tells whether that was reported.
func (w *Watch) over() (told bool) {
	if w.subject == nil {
		return false
	}
	switch {
	case w.reported:
		w.tell(SlowPoll{Ended: true})
		told = true
	case w.lasted >= w.limit:
		w.missed++
	}
	w.subject = nil
	return told
}

func (w *Watch) tell(s SlowPoll) {
	s.Task, s.For, s.Missed = w.subject.seen(), w.lasted, w.missed
	w.missed = 0
	w.report(s)
}
