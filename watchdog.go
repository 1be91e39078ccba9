package eddy

import (
	"time"

	"github.com/eddy-go/eddy/internal/executor"
)

// SlowPoll says that a poll of a task takes longer than Config.SlowPoll. Its fields:
//
//	Task      TaskInfo       // its Name, Function and number
//	For       time.Duration  // how long the poll has taken so far, at least: less than a quarter of the limit is not seen
//	Ended     bool           // the poll was reported before, and is over: the next three fields are empty
//	State     string         // of the goroutine that runs the poll, as Go calls it: "running", "sync.Mutex.Lock"
//	BlockedOn string         // what State means: "mutex", "channel", "sleep", "system call", "I/O", ...; "" if it computes
//	Stack     []byte         // of the goroutine, as runtime.Stack formats it
//	Trace     string         // the file with the execution trace, if one was written: see Config.SlowPollTrace
//	Missed    int            // slow polls that have ended without a report since the last report
type SlowPoll = executor.SlowPoll

// The watchdog's tuning.
const (
	// ticksPerLimit is how often the watchdog looks within the time that a poll may take. Picked: a slow poll is
	// reported after one to one and a quarter times the limit.
	ticksPerLimit = 4
	// shortestTick is the shortest time between two looks. Picked: what a ticker can keep.
	shortestTick = time.Millisecond
)

// watchdog reports polls that do not end, while they do not: watch is the goroutine that does it.
type watchdog struct {
	polls  *executor.Watch
	tick   time.Duration
	now    time.Time // of the tick in hand
	report func(SlowPoll)
	traces *traceFiles // nil: none are wanted

	stop  chan struct{}
	ended chan struct{}
}

// watchPolls starts the watchdog, if there is to be one. The function that it returns ends it. Both are called on the
// loop's goroutine. In a simulation nobody watches: its polls take no time.
func (rt *Runtime) watchPolls() (end func()) {
	limit := rt.config.SlowPoll
	if limit <= 0 || !rt.kernel.BlocksThread() {
		return func() {}
	}
	d := &watchdog{
		tick:   max(limit/ticksPerLimit, shortestTick),
		report: rt.config.OnSlowPoll,
		stop:   make(chan struct{}),
		ended:  make(chan struct{}),
	}
	if dir := rt.config.SlowPollTrace; dir != "" {
		d.traces = &traceFiles{dir: dir, log: rt.config.Logger}
	}
	d.polls = executor.NewWatch(limit, d.tell)
	rt.exec.Watch(d.polls)
	// Go takes two descriptors for a program's first timer, and ends the program if there are none. So they are taken
	// now, and not on the watchdog's goroutine while clients may have taken the last ones already (F7).
	time.AfterFunc(time.Hour, func() {}).Stop()
	go d.watch()
	return func() {
		close(d.stop)
		<-d.ended
	}
}

// watch is the watchdog's goroutine. While the loop polls nothing it sleeps.
func (d *watchdog) watch() {
	defer close(d.ended)
	if d.traces != nil {
		d.traces.start()
		defer d.traces.stop()
	}
	ticker := time.NewTicker(d.tick)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			d.now = time.Now() // not the tick's time: a tick may have waited while a report was made
		case <-d.stop:
			d.polls.End()
			return
		}
		if idle := d.polls.Tick(d.now); idle {
			ticker.Stop()
			d.polls.Sleep(d.stop)
			ticker.Reset(d.tick)
		}
	}
}

// tell hands a report on. The trace is saved first, so that the report can name it.
func (d *watchdog) tell(s SlowPoll) {
	if d.traces != nil && !s.Ended {
		s.Trace = d.traces.save(d.now)
	}
	d.report(s)
}
