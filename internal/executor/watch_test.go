package executor

import (
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/eddy-go/eddy/future"
)

// A watcher looks at a rig's polls when the test says so, on a clock that the test moves.
type watcher struct {
	t       *testing.T
	w       *Watch
	now     time.Time
	reports []SlowPoll
}

// slowLimit is what a poll may take in these tests.
const slowLimit = 100 * time.Millisecond

// watch makes a watcher of r, before r's first task.
func (r *rig) watch(t *testing.T) *watcher {
	l := &watcher{t: t, now: time.Unix(1_000_000, 0)}
	l.w = NewWatch(slowLimit, func(s SlowPoll) { l.reports = append(l.reports, s) })
	r.ex.Watch(l.w)
	t.Cleanup(func() {
		r.ex.StopIdle()
		if n := len(l.w.goroutines) - len(l.w.free); n != 1 { // the loop's own
			t.Errorf("%d goroutines are taken for the loop's", n)
		}
	})
	return l
}

// look lets d pass and looks.
func (l *watcher) look(d time.Duration) (idle bool) {
	l.now = l.now.Add(d)
	return l.w.Tick(l.now)
}

// take returns the reports since the last call.
func (l *watcher) take() []SlowPoll {
	reports := l.reports
	l.reports = nil
	return reports
}

// wantNone fails the test if anything was reported since the last call of take.
func (l *watcher) wantNone(when string) {
	l.t.Helper()
	if got := l.take(); len(got) > 0 {
		l.t.Errorf("%s: reported %+v", when, got)
	}
}

// wantOne returns the only report since the last call of take.
func (l *watcher) wantOne(when string) SlowPoll {
	l.t.Helper()
	got := l.take()
	if len(got) != 1 {
		l.t.Fatalf("%s: %d reports, want 1", when, len(got))
	}
	return got[0]
}

// F22: a poll is reported at the limit and not before, again each time that it has doubled but not within a second of
// the last time, and once when it is over.
func TestSlowPollIsReportedAsItGrows(t *testing.T) {
	r := newRig(t)
	l := r.watch(t)
	r.spawn(func() {
		l.look(0)
		l.look(slowLimit - 1)
		l.wantNone("before the limit")
		l.look(1)
		if s := l.wantOne("at the limit"); s.For != slowLimit || s.Ended || s.State != "running" || s.BlockedOn != "" {
			t.Errorf("at the limit: %+v", s)
		}
		l.look(reportGap - 1)
		l.wantNone("within a second of the last report")
		l.look(1)
		if s := l.wantOne("a second later"); s.For != slowLimit+reportGap || s.Ended {
			t.Errorf("a second later: %+v", s)
		}
		l.look(slowLimit + reportGap - 1)
		l.wantNone("before it has doubled")
		l.look(1)
		if s := l.wantOne("when it has doubled"); s.For != 2*(slowLimit+reportGap) {
			t.Errorf("when it has doubled: %+v", s)
		}
		l.look(1)
	})
	l.wantNone("before the next look")
	l.look(time.Hour)
	if s := l.wantOne("at the end"); !s.Ended || s.For != 2*(slowLimit+reportGap)+1 || len(s.Stack)+len(s.State)+len(s.BlockedOn) > 0 {
		t.Errorf("at the end: %+v", s)
	}
	l.look(time.Hour)
	l.wantNone("after the end")
}

// F22: a task whose polls are short is not reported, however many there are, nor what the loop does between them; and
// neither is the time for which it waits.
func TestShortPollsAreNotReported(t *testing.T) {
	r := newRig(t)
	l := r.watch(t)
	h := r.spawnLater(func() {
		for range 100 {
			l.look(0)
			l.look(slowLimit - 1)
			r.ex.Yield()
		}
		Await[int](r.ex, &leaf{})
	})
	for range 100 {
		r.turn()
	}
	for range 10 {
		l.look(time.Hour)
	}
	h.Cancel()
	r.run()
	l.look(time.Hour)
	l.wantNone("short polls")
}

// F22: two polls of one task are two, also where one follows the other without anything in between.
func TestEachPollCountsForItself(t *testing.T) {
	r := newRig(t)
	l := r.watch(t)
	r.spawn(func() {
		l.look(0)
		l.look(slowLimit / 2)
		r.ex.Yield()
		l.look(slowLimit / 2)
		l.wantNone("in a second poll")
		l.look(slowLimit)
		l.wantOne("in a second poll that is slow")
	})
	l.look(0)
	if s := l.wantOne("at the end"); s.For != slowLimit {
		t.Errorf("at the end: %+v", s)
	}
}

// What is not reported for the sake of the others is counted, and told with the next report.
func TestMissedSlowPollsAreCounted(t *testing.T) {
	r := newRig(t)
	l := r.watch(t)
	slow := func() { l.look(0); l.look(slowLimit) }
	r.spawn(slow)
	l.look(0)
	if reports := l.take(); len(reports) != 2 || reports[0].Ended || !reports[1].Ended {
		t.Fatalf("the first: %+v", reports)
	}
	r.spawn(slow)
	r.spawn(slow)
	l.look(0)
	l.wantNone("within a second of the first")
	l.look(reportGap)
	r.spawn(slow)
	l.look(0)
	if reports := l.take(); len(reports) != 2 || reports[0].Missed != 2 || reports[1].Missed != 0 {
		t.Errorf("the fourth: %+v", reports)
	}
}

// A poll that ends while its stack is being taken is missed: the stack could be another one's.
func TestStackOfAnEndedPollIsNotReported(t *testing.T) {
	r := newRig(t)
	l := r.watch(t)
	l.w.stacks = func(buf []byte, all bool) int {
		l.w.rest()
		return runtime.Stack(buf, all)
	}
	r.spawn(func() { l.look(0); l.look(slowLimit) })
	l.look(0)
	l.wantNone("when it has ended")
	l.w.stacks = runtime.Stack
	l.look(reportGap)
	r.spawn(func() { l.look(0); l.look(slowLimit) })
	if s := l.wantOne("of the next"); s.Missed != 1 {
		t.Errorf("of the next: %+v", s)
	}
}

// One that goes on until the second is over is reported then.
func TestReportComesWhenItMay(t *testing.T) {
	r := newRig(t)
	l := r.watch(t)
	r.spawn(func() { l.look(0); l.look(slowLimit) })
	l.look(0)
	l.take()
	r.spawn(func() {
		l.look(0)
		l.look(reportGap - 1)
		l.wantNone("too early")
		l.look(1)
		if s := l.wantOne("in time"); s.For != reportGap {
			t.Errorf("in time: %+v", s)
		}
	})
	l.w.End()
	if s := l.wantOne("after End"); !s.Ended || s.For != reportGap {
		t.Errorf("after End: %+v", s)
	}
}

// Where there are many coroutines, whose stacks are printed for each report, reports are rarer.
func TestManyCoroutinesMakeReportsRarer(t *testing.T) {
	r := newRig(t)
	l := r.watch(t)
	const tasks = 2000
	for range tasks {
		SpawnPlain(r.ex, func() { Await[int](r.ex, &leaf{}) })
	}
	r.run()
	r.spawn(func() {
		l.look(0)
		l.look(slowLimit)
		l.wantOne("at the limit")
		l.look(tasks * gapPerGoroutine)
		l.wantNone("too early")
		l.look(reportGap)
		l.wantOne("in time")
	})
	r.end()
}

// A report names the task as a task dump does.
func TestSlowPollNamesTheTask(t *testing.T) {
	r := newRig(t)
	l := r.watch(t)
	slow := func() {
		l.look(time.Hour)
		l.look(time.Hour)
	}
	for _, spawn := range []func() *Task{
		func() *Task { return &SpawnPlain(r.ex, slow).task },
		func() *Task { return &Spawn(r.ex, func() (int, error) { slow(); return 0, nil }).task },
		func() *Task { return &SpawnMain(r.ex, newRig, func() (int, error) { slow(); return 0, nil }).task },
		func() *Task {
			return &SpawnFuture[int](r.ex, &leaf{ready: true, onPoll: func(*future.Context) { slow() }}).task
		},
	} {
		want := spawn().info()
		r.run()
		l.look(0)
		reports := l.take()
		if len(reports) != 2 {
			t.Fatalf("%v: %d reports", want, len(reports))
		}
		want.State = "running"
		for _, s := range reports {
			if s.Task != want {
				t.Errorf("got %v, want %v", s.Task, want)
			}
		}
		if stack := string(reports[0].Stack); !strings.Contains(stack, "TestSlowPollNamesTheTask") || strings.Contains(stack, "\n\n") {
			t.Errorf("%v: the stack is\n%s", want, stack)
		}
	}
}

// Of the goroutines that have run polls, those count that still do.
func TestWatchKnowsItsGoroutines(t *testing.T) {
	w := NewWatch(time.Second, nil)
	var ids [2]uint64
	for i := range ids {
		done := make(chan struct{})
		go func() {
			defer close(done)
			place := w.enter()
			if ids[i] = goroutineID(); !w.runsPolls(ids[i]) || place != 0 {
				t.Errorf("goroutine %d has place %d, and is not known", i, place)
			}
			w.leave(place)
		}()
		<-done
		if w.runsPolls(ids[i]) {
			t.Errorf("goroutine %d has left, and is known", i)
		}
	}
}
