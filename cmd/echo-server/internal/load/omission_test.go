package load_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/cmd/echo-server/internal/load"
	"github.com/eddy-go/eddy/sim"
)

// stall is when the server answers nothing, on the world's clock.
const stallFrom, stallTo = 3 * time.Second, 4 * time.Second

// stalling echoes, but what it has read in the time of the stall it answers when that is over.
func stalling(w *sim.World) peer {
	return func(rt *eddy.Runtime, _ int, s *eddy.TCPStream) {
		buf := make([]byte, 8<<10)
		for {
			n, err := s.Read(buf)
			if err != nil {
				return
			}
			if now := w.Elapsed(); now >= stallFrom && now < stallTo {
				rt.Sleep(stallTo - now)
			}
			s.Write(buf[:n])
		}
	}
}

// answeredAt is when a message that is sent at t comes back.
func answeredAt(t time.Duration) time.Duration {
	t += oneWay
	if t >= stallFrom && t < stallTo {
		t = stallTo
	}
	return t + oneWay
}

// precision is how exact latencies up to a second are: the histogram has three digits, a simulated loop's turn takes
// a microsecond, and there are some hundred turns in a backlog. A message that is missed or counted from another time
// would be off by 10 ms.
const precision = 1500 * time.Microsecond

// An open loop shows a stall as clients would have seen it that came at their times: each latency is
// what the arithmetic of the stall says. A closed loop hardly notices: one message waits.
func TestLatenciesAreCorrectedForCoordinatedOmission(t *testing.T) {
	const period, count = 10 * time.Millisecond, 500
	for _, depth := range []int{1, 4, 1000} {
		sim.Run(t, 1, func(w *sim.World) {
			var begin time.Duration
			r := newRig(w, plan(func(p *load.Plan) {
				p.Messages, p.Rate, p.Depth = count, float64(time.Second/period), depth
			}), func(rt *eddy.Runtime, number int, s *eddy.TCPStream) {
				eddy.Await(rt, s.Readable())
				begin = w.Elapsed() - oneWay // the first message's time
				stalling(w)(rt, number, s)
			})
			result := r.result(t)
			wellDone(t, result, count)

			answered := make([]time.Duration, count)
			want := make([]time.Duration, count)
			for i := range count {
				intended := begin + time.Duration(i)*period
				sent := intended
				if i >= depth {
					sent = max(sent, answered[i-depth])
				}
				answered[i] = answeredAt(sent)
				want[i] = answered[i] - intended
			}
			slices.Sort(want)
			for i, want := range want {
				got := time.Duration(result.Latencies.ValueAtPercentile(100 * float64(i+1) / count))
				if off := got - want; off < 0 || off > precision {
					t.Fatalf("depth %d: latency %d of %d is %v, want %v", depth, i, count, got, want)
				}
			}
			if p90 := want[count*9/10]; !result.Corrected() || p90 < 400*time.Millisecond {
				t.Errorf("corrected: %v; the model's p90 is %v", result.Corrected(), p90)
			}
		})
	}
	closed := against(t, func(rt *eddy.Runtime, number int, s *eddy.TCPStream) {
		buf := make([]byte, 100)
		for i := 0; ; i++ {
			if _, err := s.Read(buf); err != nil {
				return
			}
			if i == 100 {
				rt.Sleep(time.Second)
			}
			s.Write(buf)
		}
	}, func(p *load.Plan) { p.Messages = count })
	if p99 := time.Duration(closed.Latencies.ValueAtPercentile(99)); p99 > 3*time.Millisecond {
		t.Errorf("the closed loop's p99 is %v", p99)
	}
}

// Connections take turns: each message has its time, and all of them together the rate.
func TestOpenLoopIsSpread(t *testing.T) {
	var arrivals []time.Duration
	sim.Run(t, 1, func(w *sim.World) {
		r := newRig(w, plan(func(p *load.Plan) { p.Connections, p.Messages, p.Rate = 5, 100, 1000 }),
			func(_ *eddy.Runtime, _ int, s *eddy.TCPStream) {
				buf := make([]byte, 100)
				for {
					if _, err := s.Read(buf); err != nil {
						return
					}
					arrivals = append(arrivals, w.Elapsed())
					s.Write(buf)
				}
			})
		result := r.result(t)
		wellDone(t, result, 100)
		if math.Round(result.SentRate) != 1000 || !result.RateReached() || result.NotSent != 0 {
			t.Errorf("%v/s were sent, and %d not", result.SentRate, result.NotSent)
		}
	})
	for i := range len(arrivals) - 1 {
		if gap := (arrivals[i+1] - arrivals[i]).Round(10 * time.Microsecond); gap != time.Millisecond {
			t.Fatalf("message %d came %v after the one before, want 1ms", i+1, gap)
		}
	}
}

// A rate that the server does not keep up with is reported as not reached, with what was due and never sent.
func TestRateThatIsNotReached(t *testing.T) {
	r := against(t, echo, func(p *load.Plan) { p.Messages, p.Duration, p.Rate = 0, 2*time.Second, 1000 })
	// One message under way, 2 ms each: 500 a second.
	if r.SentRate < 498 || r.SentRate > 501 || r.RateReached() || r.NotSent != 2000-r.Messages || r.Failed() {
		t.Errorf("%v/s were sent, and %d not", r.SentRate, r.NotSent)
	}
	wellDone(t, r, r.Messages)
}

// A run for a time sends what is due in it, to the last message: a timer that is late at the end leaves none out.
func TestOpenLoopForATime(t *testing.T) {
	r := against(t, echo, func(p *load.Plan) { p.Connections, p.Messages, p.Duration, p.Rate = 7, 0, 2*time.Second, 300 })
	wellDone(t, r, 600)
	if math.Round(r.SentRate) != 300 || r.NotSent != 0 {
		t.Errorf("%v/s were sent, and %d not", r.SentRate, r.NotSent)
	}
}

// When the time is over a backlog is not worked off, though there is always room when a slow write has ended.
func TestBacklogIsLeftAtTheEnd(t *testing.T) {
	sim.Run(t, 1, func(w *sim.World) {
		r := newRig(w, plan(func(p *load.Plan) {
			p.Messages, p.Duration, p.Rate, p.Size, p.Depth, p.Timeout = 0, 5*time.Second, 100, 1<<20, 2, time.Minute
		}), echo)
		link := w.Link(r.server, r.client)
		link.Bandwidth, link.SendBuffer, link.RecvBuffer = 1<<20, 16<<10, 16<<10
		result := r.result(t)
		wellDone(t, result, result.Totals.MessagesSent)
		if result.Elapsed > 10*time.Second || result.NotSent < 490 {
			t.Errorf("it took %v, and %d messages were not sent", result.Elapsed, result.NotSent)
		}
	})
}
