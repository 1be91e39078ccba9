package load

import (
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// live is what can be seen while a run goes on. Nobody may look; then it costs next to nothing.
type live struct {
	latencies *hdrhistogram.Histogram // since the last look; nil: nobody looks
	last      time.Duration           // when it was
	messages  uint64                  // that had come back then
}

// liveDigits is the precision of live latencies. Picked: what a line shows; the histogram stays small, and a look
// short.
const liveDigits = 2

func (l *live) record(latency time.Duration) {
	if l.latencies != nil {
		l.latencies.RecordValue(int64(latency))
	}
}

// Live is a look at a run that goes on.
type Live struct {
	Phase    Phase
	Elapsed  time.Duration // since the first message
	Rate     float64       // messages a second that have come back since the last look
	P99      time.Duration // of those
	Failures uint64
}

// Look returns what happened since the last Look. The first one begins the watching. From a task.
func (r *Run) Look() Live {
	l := &r.live
	failures := uint64(0)
	for kind, n := range r.byKind {
		if Kind(kind) != Unended {
			failures += n
		}
	}
	if r.clock == nil || r.phase == Connecting {
		return Live{Failures: failures}
	}
	now := r.now()
	look := Live{Phase: r.phase, Elapsed: now - r.schedule.begin, Failures: failures}
	if l.latencies == nil {
		l.latencies = hdrhistogram.New(1, int64(longest), liveDigits)
		l.last = r.schedule.begin
	} else {
		look.P99 = time.Duration(l.latencies.ValueAtPercentile(99))
	}
	if passed := now - l.last; passed > 0 {
		look.Rate = float64(r.totals.MessagesEchoed-l.messages) / passed.Seconds()
	}
	l.latencies.Reset()
	l.last, l.messages = now, r.totals.MessagesEchoed
	return look
}
