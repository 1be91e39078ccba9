package executor

import (
	"testing"
	"time"
)

// F22: a report that takes its time ages no poll that begins meanwhile.
func TestReportThatTakesLongAgesNoPoll(t *testing.T) {
	r := newRig(t)
	l := r.watch(t)
	l.w.report = func(s SlowPoll) {
		l.reports = append(l.reports, s)
		if s.Ended {
			l.now = l.now.Add(time.Hour)
		}
	}
	h := r.spawnLater(func() {
		l.look(0)
		l.look(slowLimit)
		l.wantOne("at the limit")
		r.ex.Yield()
		l.look(0) // reports the end of the poll before, for an hour
		l.wantOne("at the end")
		l.look(1)
		l.look(1)
		l.wantNone("a poll that has only begun")
	})
	for !h.Done() {
		r.turn()
	}
}
