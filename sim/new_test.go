package sim_test

import (
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/sim"
)

// A world without a bubble: an hour takes no time, and Close ends what still runs.
func TestNew(t *testing.T) {
	eddytest.Baseline(t)
	w := sim.New(1, sim.Config{})
	server := w.Host("server", echo)
	w.Run(time.Hour)
	client := w.Host("client", talker(server.Address(port), 3))
	untilDone(t, w, client)
	must(t, client.Err())
	if w.RunUntil(server.Done) {
		t.Error("the server has ended by itself")
	}
	if passed := w.Elapsed(); passed < time.Hour+3*time.Second || passed > time.Hour+4*time.Second {
		t.Errorf("%v have passed: an idle world must not wait for goroutines", passed)
	}
	if want := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).Add(w.Elapsed()); !w.Now().Equal(want) {
		t.Errorf("it is %v, want %v", w.Now(), want)
	}
	must(t, w.Close())
	if !server.Done() || server.Err() != nil {
		t.Errorf("after Close: done %v, error %v", server.Done(), server.Err())
	}
}

// Close reports errors that nobody has asked for, and only those.
func TestCloseReports(t *testing.T) {
	eddytest.Baseline(t)
	broken := errors.New("out of order")
	for _, ask := range []bool{false, true} {
		w := sim.New(1, sim.Config{})
		h := w.Host("host", func(rt *eddy.Runtime) error { return broken })
		w.Run(time.Second)
		if ask && h.Err() != broken {
			t.Errorf("Err is %v", h.Err())
		}
		if err := w.Close(); ask && err != nil || !ask && !errors.Is(err, broken) {
			t.Errorf("Close says %v, asked before: %v", err, ask)
		}
	}
}

// A panic of a main function comes out of Run, and the world can still be closed.
func TestPanicInNew(t *testing.T) {
	eddytest.Baseline(t)
	w := sim.New(1, sim.Config{})
	unwound := false
	w.Host("other", func(rt *eddy.Runtime) error {
		defer func() { unwound = true }()
		return wait(rt)
	})
	w.Host("host", func(rt *eddy.Runtime) error {
		rt.Sleep(time.Second)
		panic("no such luck")
	})
	func() {
		defer func() {
			if e, ok := recover().(*eddy.PanicError); !ok || e.Value != "no such luck" {
				t.Errorf("panicked with %v", e)
			}
		}()
		w.Run(time.Minute)
		t.Error("not reached")
	}()
	must(t, w.Close())
	if !unwound {
		t.Error("the other host was not unwound")
	}
}

// A panic that nobody joins is an error of the world, unless the host's configuration takes it.
func TestPanicOfATaskInNew(t *testing.T) {
	eddytest.Baseline(t)
	panics := func(rt *eddy.Runtime) error {
		rt.Spawn(func() { panic("no such luck") })
		return rt.Sleep(time.Second)
	}
	w := sim.New(1, sim.Config{})
	w.Host("host", panics)
	taken := ""
	w.HostConfig("another", eddy.Config{OnPanic: func(info eddy.TaskInfo, e *eddy.PanicError) { taken, _ = e.Value.(string) }}, panics)
	w.Run(time.Minute)
	var e *eddy.PanicError
	if err := w.Close(); !errors.As(err, &e) || strings.Contains(err.Error(), "another") || taken != "no such luck" {
		t.Errorf("Close says %v, the other host's OnPanic %q", err, taken)
	}
}

// A host that ignores that it is cancelled is ended by force when its grace is over, in the world's time.
func TestCloseOfAStubbornHost(t *testing.T) {
	eddytest.Baseline(t)
	w := sim.New(1, sim.Config{Runtime: eddy.Config{Grace: time.Millisecond}})
	var ended time.Time
	w.Host("host", func(rt *eddy.Runtime) error {
		defer func() { ended = rt.Now() }()
		for {
			rt.Sleep(time.Second)
		}
	})
	w.Run(time.Second)
	begin := w.Now()
	must(t, w.Close())
	if took := ended.Sub(begin); took < time.Millisecond || took > 2*time.Millisecond {
		t.Errorf("ended after %v, want its grace, a millisecond", took)
	}
}

// The configuration of New: links, faults, trace, tape.
func TestConfig(t *testing.T) {
	eddytest.Baseline(t)
	link := sim.Link{Latency: [2]time.Duration{time.Second, time.Second}, Bandwidth: 1 << 20, SendBuffer: 10_000, RecvBuffer: 20_000, Reset: 0.25}
	var trace strings.Builder
	w := sim.New(1, sim.Config{Link: link, Trace: &trace, Faults: sim.Faults{sim.StrayWake: {Chance: 0.5}}})
	a, b := w.Host("a", wait), w.Host("b", wait)
	if *w.Link(a, b) != link || *w.Link(b, a) != link || *w.Link(a, a) == link {
		t.Errorf("links: %v", *w.Link(a, b))
	}
	w.Run(time.Second)
	if w.Hits()[sim.StrayWake] == 0 || w.Calls() == 0 {
		t.Errorf("%d stray wakes in %d calls", w.Hits()[sim.StrayWake], w.Calls())
	}
	must(t, w.Close())
	wantIn(t, trace.String(), "a boot", "b wait", "a ended")

	sums := map[string]uint64{}
	for _, tape := range []string{"", "\xff\xff\xff\xff"} {
		w := sim.New(1, sim.Config{Tape: []byte(tape)})
		for _, name := range []string{"a", "b", "c"} {
			w.Host(name, wait)
		}
		w.Run(time.Second)
		sums[tape] = w.Sum()
		must(t, w.Close())
	}
	if sums[""] == sums["\xff\xff\xff\xff"] {
		t.Error("the tape decides nothing")
	}
}

// The bytes of a tape are the decisions, and behind its end the world still works, choices of package rand included.
func TestRunTape(t *testing.T) {
	eddytest.Baseline(t)
	run := func(tape []byte) (sum uint64) {
		sim.RunTape(t, tape, func(w *sim.World) {
			w.SetFaults(sim.Chaos())
			server := w.Host("server", echo)
			w.Run(time.Second)
			client := w.Host("client", talker(server.Address(port), 1+w.Rand().IntN(3)))
			w.RunUntil(client.Done)
			client.Err()
			sum = w.Sum()
		})
		return sum
	}
	if a, b, c := run(nil), run(nil), run([]byte("any text at all, as a fuzzer has it")); a != b || a == c {
		t.Errorf("sums %016x, again %016x, of another tape %016x", a, b, c)
	}
}

// A host's addresses.
func TestAddresses(t *testing.T) {
	eddytest.Baseline(t)
	w := sim.New(1, sim.Config{})
	a, b := w.Host("a", echo), w.Host("b", echo)
	if a.Address(80) != "10.0.0.1:80" || b.AddrPort(80).String() != "10.0.0.2:80" || !a.Addr6().Is6() || a.Name() != "a" {
		t.Errorf("%s, %v, %v, %s", a.Address(80), b.AddrPort(80), a.Addr6(), a.Name())
	}
	err := errors.New("not run")
	client := w.Host("client", func(rt *eddy.Runtime) error {
		s, dialErr := rt.DialTCP(b.Address(port))
		if dialErr != nil {
			return dialErr
		}
		err = say(s, "hello")
		_, readErr := s.Read(make([]byte, 1))
		return errors.Join(s.Close(), readErr)
	})
	w.After(time.Second, func() { w.Kill(b) })
	w.Run(2 * time.Second)
	if err != nil || !errors.Is(client.Err(), io.EOF) {
		t.Errorf("%v, %v", err, client.Err())
	}
	must(t, w.Close())
}
