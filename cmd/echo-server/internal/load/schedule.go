package load

import (
	"math"
	"time"

	"github.com/eddy-go/eddy/future"
)

// schedule says which messages are sent when. All times are on the runtime's clock.
//
// In a closed loop a connection sends when it has room. In an open loop message i of the run has its time, begin +
// i/rate, and its connection: they take turns. Latencies count from there, so that a message which waited for room, or
// for a sender that was late, shows what a client would have seen that came at its time. That is the correction for
// coordinated omission, by construction and not by a guess afterwards.
type schedule struct {
	plan  *Plan
	begin time.Duration
	from  time.Duration // measuring begins
	end   time.Duration // nothing is intended for this moment or later
	lanes uint64        // connections that take turns
	first uint64        // of an open loop: the first message that is measured
	last  uint64        // of an open loop: the first message that is not sent any more
	left  uint64        // of a closed loop: measured messages that may still be begun
	over  bool          // the end has come, or somebody has asked for it

	begun uint64        // messages that are measured
	late  time.Duration // when the last of them was begun
}

func newSchedule(p *Plan, begin time.Duration, lanes int) schedule {
	s := schedule{plan: p, begin: begin, from: future.After(begin, p.Warmup), end: future.Never, lanes: uint64(lanes), last: math.MaxUint64, left: math.MaxUint64}
	if p.Duration > 0 {
		s.end = future.After(s.from, p.Duration)
	}
	if p.open() {
		s.first = p.due(p.Warmup)
	}
	if p.Messages > 0 {
		s.left, s.last = p.Messages, s.first+min(p.Messages, math.MaxUint64-s.first)
	}
	return s
}

// stop ends the sending: nothing is sent that was not due before now.
func (s *schedule) stop(now time.Duration) {
	s.over = true
	s.end = min(s.end, now)
}

// number is that of a connection's message among those of the run, in an open loop.
func (s *schedule) number(lane int, message uint64) uint64 { return message*s.lanes + uint64(lane) }

// intended is when message i is to be sent, in an open loop.
func (s *schedule) intended(i uint64) time.Duration { return future.After(s.begin, s.plan.intended(i)) }

// sends reports whether message i is one that is sent at all, in an open loop.
func (s *schedule) sends(i uint64) bool { return i < s.last && s.intended(i) < s.end }

// measures reports whether a message that a connection begins now is measured.
func (s *schedule) measures(c *connection, message uint64, now time.Duration) bool {
	if s.plan.open() {
		return s.number(c.lane, message) >= s.first
	}
	return now >= s.from
}

// take counts messages that are begun.
func (s *schedule) take(c *connection, messages uint64, now time.Duration) {
	for i := range messages {
		if s.measures(c, c.begun+i, now) {
			s.begun++
			s.left--
			s.late = now
		}
	}
}

// claim is what a sender does next.
type claim struct {
	messages uint64        // send so many; if 0, wait
	wants    want          // for this
	at       time.Duration // or until then
	finished bool          // or no more
}

// claim says what the sender of a connection does next.
func (c *connection) claim(now time.Duration) claim {
	s := &c.run.schedule
	free := uint64(s.plan.Depth) - c.underWay()
	switch {
	case s.plan.open():
		return c.claimDue(now, free)
	case s.over, now >= s.end, s.left == 0 && now >= s.from:
		return claim{finished: true}
	case free == 0:
		return claim{wants: room, at: future.Never}
	case now >= s.from:
		free = min(free, s.left)
	}
	return claim{messages: free}
}

// claimDue is claim of an open loop. When the end has come, what was due before is sent as far as there is room, and
// once: a backlog is not worked off after the end.
func (c *connection) claimDue(now time.Duration, free uint64) claim {
	s := &c.run.schedule
	next := s.number(c.lane, c.begun)
	if c.lastClaim || !s.sends(next) {
		return claim{finished: true}
	}
	c.lastClaim = s.over
	n := uint64(0)
	for n < free && s.sends(next) && s.intended(next) <= now {
		n++
		next += s.lanes
	}
	switch {
	case n > 0:
		return claim{messages: n}
	case s.over:
		return claim{finished: true}
	case free == 0:
		return claim{wants: room, at: future.Never}
	}
	return claim{at: s.intended(next)}
}

// sentFor returns for how long measured messages of an open loop were sent, if sending has ended at finished. The time
// up to the message that would have come next counts: n messages at their times take n/rate, also when the run was over
// with the last of them, or when the connections have ended.
func (s *schedule) sentFor(finished time.Duration) time.Duration {
	until := min(s.end, finished)
	if s.begun == s.plan.Messages {
		until = s.late
	}
	return max(until, s.intended(s.first+s.begun)) - s.from
}

// answeredFor returns for how long measured messages came back, of which the last one came at last. In an open loop
// the time of the one that would have come next counts here, too, as far as it belongs to the run.
func (s *schedule) answeredFor(messages uint64, last time.Duration) time.Duration {
	if s.plan.open() {
		last = max(last, min(s.end, s.intended(s.first+messages)))
	}
	return last - s.from
}

// notSent returns how many measured messages of an open loop were due before sending ended and were not sent.
func (s *schedule) notSent(finished time.Duration) uint64 {
	due := min(s.plan.due(min(s.end, finished)-s.begin), s.last)
	return max(due, s.first+s.begun) - s.first - s.begun
}
