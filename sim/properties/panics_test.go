package properties_test

import (
	"errors"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/future"
	"github.com/eddy-go/eddy/sim"
)

// F21: a panic ends its task and no other. It is told once: to who joins the task, or else to OnPanic, with its stack.
func TestPanicsEndTheirTaskAlone(t *testing.T) {
	eddytest.Baseline(t)
	sim.Run(t, 1, func(w *sim.World) {
		w.SetFaults(withFaults())
		told := map[any]int{}
		tell := func(e *eddy.PanicError) {
			told[e.Value]++
			if len(e.Stack) == 0 {
				t.Errorf("panic %v has no stack", e.Value)
			}
		}
		config := eddy.Config{OnPanic: func(_ eddy.TaskInfo, e *eddy.PanicError) { tell(e) }}
		host := w.HostConfig("subject", config, func(rt *eddy.Runtime) error {
			kinds := panicKinds(w, rt)
			sound := rt.Spawn(func() {
				for range 20 {
					_ = rt.Sleep(upTo(w, 100*time.Millisecond))
				}
			})
			var joined []*eddy.JoinHandle[struct{}]
			made := 0
			for range 6 {
				kind := w.Rand().IntN(len(kinds))
				h := eddy.SpawnFuture(rt, kinds[kind](made))
				made++
				switch w.Rand().IntN(3) {
				case 0:
					joined = append(joined, h)
				case 1: // it panics while it is unwound, or has panicked
					rt.Spawn(func() { _ = rt.Sleep(upTo(w, time.Second)); h.Cancel() })
				}
			}
			for _, h := range joined {
				var e *eddy.PanicError
				rest := h.Done() // then OnPanic knows it already
				if _, err := h.Join(); !errors.As(err, &e) {
					t.Errorf("a task that panicked ended with %v", err)
				} else if !rest {
					tell(e)
				}
			}
			if err := rt.Sleep(2 * time.Second); err != nil {
				return err
			}
			for i := range made {
				if told[i] != 1 {
					t.Errorf("panic %d was told %d times", i, told[i])
				}
			}
			if n := rt.Stats().Panics; n != uint64(made) {
				t.Errorf("%d panics were counted, %d happened", n, made)
			}
			_, err := sound.Join()
			return err
		})
		if !w.RunUntil(host.Done) {
			t.Error("some task never ends")
		}
	})
}

// panicKinds are futures that panic with a value, within a second, or when they are cancelled before.
func panicKinds(w *sim.World, rt *eddy.Runtime) []func(value int) eddy.Future[struct{}] {
	code := func(value int) eddy.Future[struct{}] {
		return eddy.Async(rt, func() (struct{}, error) {
			_ = rt.Sleep(upTo(w, time.Second))
			panic(value)
		})
	}
	return []func(value int) eddy.Future[struct{}]{
		code,
		func(value int) eddy.Future[struct{}] { // two levels down
			return eddy.Async(rt, func() (struct{}, error) { return eddy.Await(rt, code(value)) })
		},
		func(value int) eddy.Future[struct{}] { // in a deferred call
			return eddy.Async(rt, func() (struct{}, error) {
				defer panic(value)
				return struct{}{}, rt.Sleep(upTo(w, time.Second))
			})
		},
		func(value int) eddy.Future[struct{}] { // in a Poll
			return &bomb{eddy.Sleep(upTo(w, time.Second)), any(value)}
		},
		func(value int) eddy.Future[struct{}] { // of one that others are joined to
			return future.Map(future.Join2(code(value), eddy.Sleep(time.Hour)), func(future.Joined2[struct{}, struct{}]) (struct{}, error) {
				return struct{}{}, nil
			})
		},
	}
}

// bomb panics where the future inside has come to its end, or is cancelled before.
type bomb struct {
	eddy.Future[struct{}]
	value any
}

func (b *bomb) Poll(cx *future.Context) (struct{}, error) {
	v, err := b.Future.Poll(cx)
	if err != future.Pending {
		b.explode()
	}
	return v, err
}

func (b *bomb) Cancel() {
	if b.value != nil {
		b.Future.Cancel()
		b.explode()
	}
}

func (b *bomb) explode() {
	value := b.value
	b.value = nil
	panic(value)
}
