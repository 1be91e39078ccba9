package load

import (
	"time"

	"github.com/eddy-go/eddy/future"
)

// looksPerTimeout is how often in Plan.Timeout all connections are looked at: silence is seen so much later than it
// might be. Picked: five percent late, and one timer instead of one for each connection that every byte would move.
const looksPerTimeout = 20

// watch is the task that gives up connections on which the server is silent. It ends when it is cancelled.
func (r *Run) watch() error {
	var look turn
	pause := max(time.Millisecond, r.plan.Timeout/looksPerTimeout)
	for {
		if err := look.wait(r.rt, "the next look for silence", future.After(r.now(), pause)); err != nil {
			return err
		}
		now := r.now()
		for _, c := range r.connections {
			c.checkSilence(now)
		}
	}
}

func (c *connection) checkSilence(now time.Duration) {
	switch {
	case c.over || now-c.heard < c.run.plan.Timeout:
	case c.owed() > 0:
		c.giveUp(Failure{Kind: Silent})
	case c.asked:
		c.giveUp(Failure{Kind: Unended})
	}
}
