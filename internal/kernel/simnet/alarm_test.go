package simnet

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// The heap against a sorted list: set, set anew, stop, and take the first.
func TestAlarmsGoOffInOrder(t *testing.T) {
	type set struct {
		at  time.Duration
		seq int
		a   *alarm
	}
	var h alarms
	var model []set
	all := make([]alarm, 100)
	random := rand.New(rand.NewPCG(1, 2))
	drop := func(a *alarm) { model = slices.DeleteFunc(model, func(s set) bool { return s.a == a }) }
	for seq := range 100_000 {
		a := &all[random.IntN(len(all))]
		switch random.IntN(4) {
		case 0:
			h.stop(a)
			drop(a)
		case 1:
			if at, ok := h.next(); ok != (len(model) > 0) {
				t.Fatalf("next at %v, %v: %d are set", at, ok, len(model))
			} else if ok {
				first := slices.MinFunc(model, func(a, b set) int {
					if a.at != b.at {
						return int(a.at - b.at)
					}
					return a.seq - b.seq
				})
				if at != first.at || h.heap[0].alarm != first.a {
					t.Fatalf("first is one at %v, want %v", at, first.at)
				}
				drop(first.a)
				h.stop(first.a)
			}
		default:
			at := time.Duration(random.IntN(50))
			h.set(a, at)
			drop(a)
			model = append(model, set{at, seq, a})
		}
		if a.set() != slices.ContainsFunc(model, func(s set) bool { return s.a == a }) {
			t.Fatal("an alarm does not know whether it is set")
		}
	}
}

func TestTimesBeyondTheEndOfTheClock(t *testing.T) {
	x := connected(t)
	x.net.After(1<<63-1, func() { t.Error("the end of time") })
	x.run(time.Second)
	if at, ok := x.net.Next(); !ok || at <= x.net.Now() {
		t.Errorf("next at %v, %v", at, ok)
	}
	for range 3 { // 400 days, and more
		x.net.Advance(x.net.Now() + 10_000*24*time.Hour)
	}
	x.a.send(x.c, []byte("x"))
	x.b.expect(x.s, []byte("x"))
}
