package load

import (
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// Totals is what a whole run has moved, its warm-up included. A server that counts must come to the same numbers.
type Totals struct {
	MessagesSent   uint64 // as far as they were begun
	MessagesEchoed uint64
	BytesSent      uint64 // that the kernel has taken
	BytesReceived  uint64
}

// Result is what a run has found.
type Result struct {
	Plan        Plan
	Connected   int  // connections that were made
	Interrupted bool // by Run.Interrupt, or cancelled
	Totals      Totals

	// Of measured messages, which are those that were sent (in an open loop: meant to be sent) after the warm-up.
	Messages  uint64                  // that came back
	Elapsed   time.Duration           // from the end of the warm-up until the last of them came back, or an open loop's next one was due
	SentRate  float64                 // of an open loop: messages a second that were sent
	NotSent   uint64                  // of an open loop: messages that were due and not sent: there was no room, or no connection any more
	Latencies *hdrhistogram.Histogram // in nanoseconds

	ByKind   [Kinds]uint64
	Failures []Failure // the first few
	Lost     uint64    // bytes that were sent and did not come back before the server closed, broke or fell silent
}

// Rate returns how many messages came back a second.
func (r *Result) Rate() float64 { return perSecond(r.Messages, r.Elapsed) }

// BytesRate returns how many bytes came back a second; as many were sent.
func (r *Result) BytesRate() float64 { return r.Rate() * float64(r.Plan.Size) }

// Corrected reports whether the latencies are corrected for coordinated omission: those of an open loop are.
func (r *Result) Corrected() bool { return r.Plan.open() }

// RateReached reports whether an open loop has sent what it was asked to.
func (r *Result) RateReached() bool { return r.SentRate >= reached*r.Plan.Rate }

// reached is which part of the asked rate is as good as all of it. Picked.
const reached = 0.99

// Failed reports whether something was lost or wrong. A server that only does not end its streams has lost nothing.
func (r *Result) Failed() bool {
	for kind, n := range r.ByKind {
		if n > 0 && Kind(kind) != Unended {
			return true
		}
	}
	return false
}

// Result returns what the run has found in the end.
func (r *Run) Result() *Result {
	result := &Result{
		Plan: r.plan, Connected: len(r.connections), Interrupted: r.interrupted || !r.complete,
		Totals: r.totals, Messages: uint64(r.latencies.TotalCount()), Latencies: r.latencies, ByKind: r.byKind,
	}
	for _, c := range r.connections {
		result.Totals.MessagesSent += c.begun
		if c.failure != nil && c.failure.Kind.loses() {
			c.failure.Lost = c.sent - c.received
			result.Lost += c.failure.Lost
		}
	}
	for _, f := range r.failures {
		result.Failures = append(result.Failures, *f)
	}
	if r.phase == Connecting {
		return result // nothing was sent
	}
	s := &r.schedule
	if result.Messages > 0 {
		result.Elapsed = s.answeredFor(result.Messages, r.lastAnswer)
	}
	if r.plan.open() {
		result.SentRate = perSecond(s.begun, s.sentFor(r.finished))
		result.NotSent = s.notSent(r.finished)
	}
	return result
}

func perSecond(n uint64, d time.Duration) float64 {
	if d <= 0 {
		return 0
	}
	return float64(n) / d.Seconds()
}
