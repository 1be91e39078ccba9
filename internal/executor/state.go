package executor

// state is a task's place in the executor: plain bits, for the loop only. (The bits that other goroutines
// touch stand in Task.word.) The whole life of a task is in these four:
type state uint8

const (
	// scheduled: the task stands in the ready queue, exactly once. Set by a wake or at the spawn, cleared when the task
	// is taken out to be polled. Excludes running.
	scheduled state = 1 << iota

	// running: the task's poll is in progress. Excludes scheduled.
	running

	// wokenWhileRunning: a wake came during the poll, which may have looked before the wake: the task is polled again.
	// Set only together with running; when the poll returns it becomes scheduled.
	wokenWhileRunning

	// done: the result is final. Excludes all others; wakes are ignored.
	done
)
