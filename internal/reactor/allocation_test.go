package reactor

import (
	"testing"
	"time"

	"github.com/eddy-go/eddy/future"
	"github.com/eddy-go/eddy/internal/kernel"
)

// nobody is a target that does nothing.
type nobody struct{}

func (*nobody) Wake(uint64)      {}
func (*nobody) WakeLocal(uint64) {}

// A turn with events, a wait in each direction, and timers allocate nothing.
func TestHotPathsAllocateNothing(t *testing.T) {
	r, k := newReactor()
	s := register(t, r, 3, TCP, "socket")
	gone := register(t, r, 4, TCP, "gone")
	late := on(gone, kernel.Readable)
	r.Deregister(gone)
	var reader, first, second Waiter
	w := future.NewWaker(&nobody{}, 1).Local()
	var who name = "reader"
	batch := []kernel.Event{on(s, kernel.Readable|kernel.Writable), late, {Token: kernel.WakeToken}}
	timeouts := make([]time.Duration, 1)
	ids := make([]future.TimerID, 100)
	for name, f := range map[string]func(){
		"turn": func() {
			k.events, k.timeouts = batch, timeouts[:0]
			if err := r.Wait(0); err != nil {
				t.Fatal(err)
			}
			if !s.Read().Ready() || !s.Write().First(&first) {
				t.Fatal("no turn")
			}
			s.ShortRead()
			s.Write().Clear()
		},
		"wait": func() {
			if err := s.Read().WaitAlone(&reader, w, &who); err != nil {
				t.Fatal(err)
			}
			s.Write().Wait(&first, w, &who)
			s.Write().Wait(&second, w, &who)
			s.Write().WakeAll()
			s.Write().Leave(&second)
			s.Write().Leave(&first)
			s.Read().Leave(&reader)
		},
		"timers": func() {
			now := r.Now()
			for i := range ids {
				ids[i] = r.Arm(now+time.Duration(i), w)
				ids[i] = r.Rearm(ids[i], now+time.Duration(2*i), w)
			}
			for i := range ids[:50] {
				r.Disarm(ids[i])
			}
			k.now += 1000
			r.Refresh()
			if r.NextWait() != 0 || r.FireTimers(100) != 50 {
				t.Fatal("they did not fire")
			}
		},
	} {
		f() // let tables grow
		if allocs := testing.AllocsPerRun(100, f); allocs != 0 {
			t.Errorf("%s: %v allocations", name, allocs)
		}
	}
}

// An accept and a close allocate nothing: slots are reused, and sources live in their owners.
func TestRegistrationAllocatesNothing(t *testing.T) {
	r, _ := newReactor()
	var s Source
	var who name = "socket"
	allocs := testing.AllocsPerRun(100, func() {
		if err := r.Register(&s, 3, TCP, &who); err != nil {
			t.Fatal(err)
		}
		r.Deregister(&s)
	})
	if allocs > 0 {
		t.Errorf("%v allocations", allocs)
	}
	if len(r.slots.entries) != 1 {
		t.Errorf("%d slots for one source at a time", len(r.slots.entries))
	}
}
