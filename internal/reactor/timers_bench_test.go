package reactor

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/eddy-go/eddy/future"
)

// benchSpan is how far deadlines lie ahead in the benchmarks.
const benchSpan = time.Minute

// benchTimers runs f with n timers armed, at deadlines random within benchSpan. ahead gives one more such deadline,
// from a list made before, so that the generator is not measured.
func benchTimers(b *testing.B, f func(b *testing.B, h *timerHeap, ids []future.TimerID, ahead func() time.Duration)) {
	random := rand.New(rand.NewPCG(1, 2))
	deadlines := make([]time.Duration, 1<<20)
	for i := range deadlines {
		deadlines[i] = time.Duration(random.Int64N(int64(benchSpan)))
	}
	for _, n := range []int{10, 10_000, 1_000_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			h := &timerHeap{}
			ids := make([]future.TimerID, n)
			i := 0
			ahead := func() time.Duration {
				i++
				return deadlines[i%len(deadlines)]
			}
			for i := range ids {
				ids[i] = h.arm(ahead(), benchWaker)
			}
			b.ReportAllocs()
			f(b, h, ids, ahead)
		})
	}
}

var benchWaker = future.NewWaker(&nobody{}, 1).Local()

// One operation arms a timer and cancels it.
func BenchmarkArmCancel(b *testing.B) {
	benchTimers(b, func(b *testing.B, h *timerHeap, ids []future.TimerID, ahead func() time.Duration) {
		for b.Loop() {
			h.disarm(h.arm(ahead(), benchWaker))
		}
	})
}

// One operation cancels a timer after a thousand others were armed, and arms one.
func BenchmarkArmCancelLater(b *testing.B) {
	benchTimers(b, func(b *testing.B, h *timerHeap, ids []future.TimerID, ahead func() time.Duration) {
		var recent [1024]future.TimerID
		i := 0
		for b.Loop() {
			h.disarm(recent[i%1024])
			recent[i%1024] = h.arm(ahead(), benchWaker)
			i++
		}
	})
}

// One operation cancels a random one of all timers and arms another: with many of them, all memory is cold.
func BenchmarkArmCancelAny(b *testing.B) {
	benchTimers(b, func(b *testing.B, h *timerHeap, ids []future.TimerID, ahead func() time.Duration) {
		for b.Loop() {
			i := int(ahead()) % len(ids)
			h.disarm(ids[i])
			ids[i] = h.arm(ahead(), benchWaker)
		}
	})
}

// One operation is the re-arm of an idle timeout, without the turn around it.
func BenchmarkRearmLater(b *testing.B) {
	benchTimers(b, func(b *testing.B, h *timerHeap, ids []future.TimerID, ahead func() time.Duration) {
		i := 0
		for b.Loop() {
			h.rearm(ids[i%len(ids)], benchSpan+time.Duration(i), benchWaker)
			i++
		}
	})
}

// One operation is the re-arm of a random idle timeout, and a fiftieth of a turn of 100 us: the next deadline, and
// what fires.
func BenchmarkIdleTimeouts(b *testing.B) {
	benchTimers(b, func(b *testing.B, h *timerHeap, ids []future.TimerID, ahead func() time.Duration) {
		now := time.Duration(0)
		turn := 0
		for b.Loop() {
			i := int(ahead()) % len(ids)
			ids[i] = h.rearm(ids[i], now+benchSpan, benchWaker)
			if turn++; turn%50 == 0 {
				now += 100 * time.Microsecond
				for ok := true; ok; {
					_, ok = h.take(now)
				}
				h.next()
			}
		}
	})
}

// The same where the connections are served in turn and nothing else is armed: the worst case for postponed nodes,
// because every one of them comes to the top.
func BenchmarkIdleTimeoutsInTurn(b *testing.B) {
	for _, n := range []int{10, 10_000, 1_000_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			h := &timerHeap{}
			ids := make([]future.TimerID, n)
			now := time.Duration(0)
			i := 0
			rearm := func() {
				ids[i%n] = h.rearm(ids[i%n], now+benchSpan, benchWaker)
				if i++; i%50 == 0 {
					now += 100 * time.Microsecond
					h.next()
				}
			}
			for range n {
				rearm()
			}
			b.ReportAllocs()
			for b.Loop() {
				rearm()
			}
		})
	}
}

// One operation fires the earliest timer and arms another.
func BenchmarkArmFire(b *testing.B) {
	benchTimers(b, func(b *testing.B, h *timerHeap, ids []future.TimerID, ahead func() time.Duration) {
		for b.Loop() {
			now, _ := h.next()
			h.take(now)
			h.arm(now+ahead(), benchWaker)
		}
	})
}
