package load

import (
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// The histogram's reach and precision. Picked: an hour, beyond which a latency counts as an hour; three digits, as in
// the literature about it.
const (
	longest = time.Hour
	digits  = 3
)

func newHistogram() *hdrhistogram.Histogram { return hdrhistogram.New(1, int64(longest), digits) }

// record counts a message that has come back whole, the connection's next one.
func (r *Run) record(c *connection, now time.Duration) {
	r.totals.MessagesEchoed++
	var since time.Duration
	if len(c.times) > 0 {
		since = c.times[c.answered%uint64(len(c.times))]
	} else {
		since = r.schedule.intended(r.schedule.number(c.lane, c.answered))
	}
	latency := min(now-since, longest)
	r.live.record(latency)
	if r.schedule.measures(c, c.answered, since) {
		r.latencies.RecordValue(int64(latency)) // cannot fail: it is in reach
		r.lastAnswer = now
	}
}
