package sim_test

import (
	"errors"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/future"
	"github.com/eddy-go/eddy/sim"
)

// Scenarios that fail, each with what their test must print. They run in processes of their own.
var failing = []struct {
	name     string
	prints   []string
	scenario func(t *testing.T, w *sim.World)
}{
	{"host error", []string{"host broken (ended after 1.00", "ms): out of order"}, func(t *testing.T, w *sim.World) {
		w.Host("fine", wait)
		w.Host("broken", func(rt *eddy.Runtime) error {
			rt.Sleep(time.Millisecond)
			return errors.New("out of order")
		})
		w.Run(time.Second)
	}},
	{"error before a restart", []string{"host broken (ended after 0s): out of order"}, func(t *testing.T, w *sim.World) {
		boots := 0
		h := w.Host("broken", func(rt *eddy.Runtime) error {
			if boots++; boots == 1 {
				return errors.New("out of order")
			}
			return nil
		})
		w.Run(time.Second)
		w.Restart(h)
		w.Run(time.Second)
	}},
	{"deadlock", []string{"host stuck (ended after ", "): eddy: deadlock", "task 1 sim_test.init", "waiting for task 2"}, func(t *testing.T, w *sim.World) {
		w.Host("stuck", func(rt *eddy.Runtime) error {
			var a, b *eddy.JoinHandle[struct{}]
			a = rt.Spawn(func() { b.Join() })
			b = rt.Spawn(func() { a.Join() })
			_, err := a.Join()
			return err
		})
		w.Run(time.Second)
	}},
	{"panic of a main function", []string{"host host: panic: no such luck\n", "failing_test.go", "unwound"}, func(t *testing.T, w *sim.World) {
		unwinding(t, w)
		w.Host("host", func(rt *eddy.Runtime) error {
			rt.Sleep(time.Second)
			panic("no such luck")
		})
		w.Run(time.Minute)
		t.Error("not reached")
	}},
	{"panic of a task", []string{"host host: task 2", "no such luck", "failing_test.go", "unwound"}, func(t *testing.T, w *sim.World) {
		unwinding(t, w)
		w.Host("host", func(rt *eddy.Runtime) error {
			rt.Spawn(func() { panic("no such luck") })
			return wait(rt)
		})
		w.Run(time.Minute)
	}},
	{"panic of the scenario", []string{"go:", ": panic: no such luck\n", "failing_test.go", "unwound"}, func(t *testing.T, w *sim.World) {
		unwinding(t, w)
		w.Run(time.Second)
		panic("no such luck")
	}},
	{"panic that the scenario passes on", []string{": panic: eddy: task panicked: no such luck\n", "failing_test.go", "unwound"}, func(t *testing.T, w *sim.World) {
		unwinding(t, w)
		var err error
		w.Host("host", func(rt *eddy.Runtime) error {
			_, err = rt.Spawn(func() { panic("no such luck") }).Join()
			return nil
		})
		w.Run(time.Second)
		panic(err)
	}},
	{"fatal in a main function", []string{"not good", "unwound"}, func(t *testing.T, w *sim.World) {
		unwinding(t, w)
		w.Host("host", func(rt *eddy.Runtime) error {
			rt.Sleep(time.Second)
			t.Fatal("not good")
			return nil
		})
		w.Run(time.Minute)
		t.Error("not reached")
	}},
	{"fatal in a task", []string{"not good", "unwound", "RunUntil gave up: a minute had passed since the test failed. When something happened last, the world after 59.0", "waiting for a sleep of 1s"}, func(t *testing.T, w *sim.World) {
		unwinding(t, w)
		done := false
		w.Host("host", func(rt *eddy.Runtime) error {
			rt.Spawn(func() {
				t.Fatal("not good")
				done = true
			})
			for {
				if err := rt.Sleep(time.Second); err != nil {
					return err
				}
			}
		})
		if w.RunUntil(func() bool { return done }) || w.Elapsed() > 2*time.Minute {
			t.Errorf("not reached: %v", w.Elapsed())
		}
	}},
	{"fatal in the scenario", []string{"not good", "unwound"}, func(t *testing.T, w *sim.World) {
		unwinding(t, w)
		w.Run(time.Second)
		t.Fatal("not good")
	}},
	{"fatal in After", []string{"not good", "unwound"}, func(t *testing.T, w *sim.World) {
		unwinding(t, w)
		w.After(time.Second, func() { t.Fatal("not good") })
		w.Run(time.Minute)
		t.Error("not reached")
	}},
	{"fatal while a host is unwound", []string{"not good", "unwound"}, func(t *testing.T, w *sim.World) {
		unwinding(t, w)
		h := w.Host("host", func(rt *eddy.Runtime) error {
			defer t.Fatal("not good")
			return wait(rt)
		})
		w.Run(time.Second)
		w.Crash(h)
		t.Error("not reached")
	}},
	{"idle world", []string{
		"RunUntil gave up: nothing was due any more, and a day had passed. When something happened last, the world after 1s:", "host server (10.0.0.1): waiting",
		"task 1 sim_test.echo rig_test.go:", "waiting for accept tcp 0.0.0.0:7",
		"host ender (10.0.0.2): ended", "host down (10.0.0.3): crashed or killed",
	}, func(t *testing.T, w *sim.World) {
		w.Host("server", echo)
		w.Host("ender", func(rt *eddy.Runtime) error { return nil })
		w.Crash(w.Host("down", wait))
		w.Run(time.Second)
		if !w.RunUntil(func() bool { return false }) {
			t.Error("it never happened")
		}
	}},
	{"ticking world", []string{"RunUntil gave up: a day had passed. When something happened last, the world after 24h0m0."}, func(t *testing.T, w *sim.World) {
		w.Host("ticker", func(rt *eddy.Runtime) error {
			for {
				if err := rt.Sleep(time.Second); err != nil {
					return err
				}
			}
		})
		w.Run(time.Second)
		t.Errorf("it happened: %v", w.RunUntil(func() bool { return false }))
	}},
	{"log", []string{"the last that the runtimes logged:", "time=1.00", "host=server"}, func(t *testing.T, w *sim.World) {
		w.SetFaults(sim.Faults{sim.AcceptFull: {Chance: 1}})
		server := w.Host("server", echo)
		w.Run(time.Second)
		w.Host("client", talker(server.Address(port), 1))
		w.Run(time.Minute)
		t.Error("failed")
	}},
	{"left timer", []string{"host host: ", "1 timers left"}, func(t *testing.T, w *sim.World) {
		w.Host("host", func(rt *eddy.Runtime) error {
			return rt.WithTimeout(time.Second, func() error {
				_, err := eddy.Await(rt, eddy.Future[struct{}](forgetful{}))
				return err
			})
		})
		w.Run(time.Minute)
	}},
	{"left timer at a crash", []string{"host host: has ended with 0 tasks, 0 sources and 1 timers left"}, func(t *testing.T, w *sim.World) {
		h := w.Host("host", func(rt *eddy.Runtime) error {
			_, err := eddy.Await(rt, eddy.Future[struct{}](&late{}))
			return err
		})
		w.Run(time.Second)
		w.Crash(h)
	}},
	{"panic at the end", []string{"host host: eddy: task panicked: no such luck", "host another: eddy: task panicked: no such luck"}, func(t *testing.T, w *sim.World) {
		for _, name := range []string{"host", "another"} {
			w.Host(name, func(rt *eddy.Runtime) error {
				defer panic("no such luck")
				return wait(rt)
			})
		}
		w.Run(time.Second)
	}},
	{"fatal at the end", []string{"host not good", "another not good", "unwound"}, func(t *testing.T, w *sim.World) {
		for _, name := range []string{"host", "another"} {
			w.Host(name, func(rt *eddy.Runtime) error {
				defer t.Fatal(name, "not good")
				return wait(rt)
			})
		}
		unwinding(t, w)
		w.Run(time.Second)
	}},
	{"no end", []string{"host host: has not ended within its grace period", "unwound"}, func(t *testing.T, w *sim.World) {
		unwinding(t, w)
		var h *sim.Host
		h = w.Host("host", func(rt *eddy.Runtime) error {
			defer func() {
				w.After(0, func() { w.Pause(h) })
				for range 1000 { // waits that fail, but take a turn of the loop now and then
					rt.Sleep(time.Second)
				}
			}()
			return wait(rt)
		})
		w.Run(time.Second)
	}},
	{"left goroutine", []string{
		"blocked goroutines remain: a goroutine that the scenario or a task started has not ended\n",
		"select (no cases)", "failing_test.go:",
	}, func(t *testing.T, w *sim.World) {
		go func() { select {} }()
	}},
	{"turn without end", []string{
		"panic: deadlock: ", ": a turn of host blocked does not end: nothing in a task may block but through the runtime\n",
		"chan receive", "failing_test.go:",
	}, func(t *testing.T, w *sim.World) {
		w.Host("other", wait)
		w.Host("blocked", func(rt *eddy.Runtime) error {
			rt.Sleep(time.Second)
			<-make(chan int)
			return nil
		})
		w.Run(time.Minute)
	}},
	{"blocking task", []string{
		"host sleeper: a turn has taken 1m0s until 1m0.00", "use Runtime.Sleep",
		"host receiver: a turn has taken 1h0m0s until ",
	}, func(t *testing.T, w *sim.World) {
		sleeper := w.Host("sleeper", func(rt *eddy.Runtime) error {
			rt.Sleep(time.Millisecond)
			time.Sleep(time.Minute)
			rt.Sleep(time.Millisecond)
			time.Sleep(time.Second) // is not told of
			return nil
		})
		w.RunUntil(sleeper.Done)
		w.Host("receiver", func(rt *eddy.Runtime) error {
			<-time.After(time.Hour)
			return nil
		})
		w.Run(time.Hour)
	}},
	{"never ran", []string{
		"host a never ran: call World.Run or World.RunUntil after World.Host\n",
		"host b never ran: ",
	}, func(t *testing.T, w *sim.World) {
		w.Host("early", wait)
		w.Run(time.Second)
		w.Host("a", wait)
		w.Host("b", wait)
		w.RunUntil(func() bool { return true })
	}},
	{"error and a host that never ran", []string{"host broken (ended after 0s): out of order"}, func(t *testing.T, w *sim.World) {
		w.Host("broken", func(rt *eddy.Runtime) error { return errors.New("out of order") })
		w.Run(time.Second)
		w.Host("another", wait)
	}},
	{"failure and a host that never ran", []string{"not good"}, func(t *testing.T, w *sim.World) {
		w.Host("host", wait)
		t.Error("not good")
	}},
	{"world in a world", []string{"sim.Run makes its own synctest bubble", "unwound"}, func(t *testing.T, w *sim.World) {
		unwinding(t, w)
		w.Run(time.Second)
		sim.Run(t, 9, func(w *sim.World) {})
		t.Error("not reached")
	}},
}

// unwinding is a host that says so when it is unwound.
func unwinding(t *testing.T, w *sim.World) {
	w.Host("other", func(rt *eddy.Runtime) error {
		defer t.Log("unwound")
		return wait(rt)
	})
}

// forgetful arms a timer and does not disarm it.
type forgetful struct{ future.NoCancel }

func (forgetful) Poll(cx *future.Context) (struct{}, error) {
	cx.Clock().Arm(future.Never, cx.LocalWaker())
	return struct{}{}, future.Pending
}

// late arms a timer when it is cancelled.
type late struct{ clock future.Clock }

func (l *late) Poll(cx *future.Context) (struct{}, error) {
	l.clock = cx.Clock()
	return struct{}{}, future.Pending
}

func (l *late) Cancel() { l.clock.Arm(future.Never, future.LocalWaker{}) }
