package sim_test

import (
	"errors"
	"fmt"
	"io"
	"syscall"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/sim"
)

// Two hosts, a partition, and a virtual minute that takes no time. A test would use Run, which makes the world, closes
// it, and prints the seed when something fails.
func Example() {
	w := sim.New(1, sim.Config{})
	server := w.Host("server", func(rt *eddy.Runtime) error {
		l, err := rt.ListenTCP("0.0.0.0:80")
		if err != nil {
			return err
		}
		for {
			s, err := l.AcceptTCP()
			if err != nil {
				return err
			}
			rt.Spawn(func() {
				defer s.Close()
				io.Copy(s, s)
			})
		}
	})
	client := w.Host("client", func(rt *eddy.Runtime) error {
		if err := rt.Sleep(time.Second); err != nil {
			return err
		}
		s, err := rt.DialTCP(server.Address(80))
		if err != nil {
			return err
		}
		defer s.Close()
		for range 3 {
			if err := rt.Sleep(time.Second); err != nil {
				return err
			}
			begin := rt.Now()
			if err := say(s, "hello"); err != nil {
				return err
			}
			fmt.Println("answered after", rt.Now().Sub(begin).Round(time.Second))
		}
		return nil
	})
	w.After(2500*time.Millisecond, func() { w.Partition(server, client) })
	w.After(4500*time.Millisecond, func() { w.Heal(server, client) })
	fmt.Println(w.RunUntil(client.Done), client.Err(), w.Close())
	// Output:
	// answered after 0s
	// answered after 3s
	// answered after 0s
	// true <nil> <nil>
}

func ExampleNew() {
	w := sim.New(7, sim.Config{})
	w.Host("sleeper", func(rt *eddy.Runtime) error {
		begin := rt.Now()
		defer func() { fmt.Println("slept for", rt.Now().Sub(begin).Round(time.Hour)) }()
		return rt.Sleep(365 * 24 * time.Hour)
	})
	w.Run(366 * 24 * time.Hour)
	fmt.Println(w.Close())
	// Output:
	// slept for 8760h0m0s
	// <nil>
}

func ExampleConfig() {
	w := sim.New(1, sim.Config{
		Faults:  sim.Faults{sim.Reset: {Chance: 0.01}},
		Link:    sim.Link{Latency: [2]time.Duration{10 * time.Millisecond, 30 * time.Millisecond}, Bandwidth: 1 << 20},
		Runtime: eddy.Config{Grace: 5 * time.Second},
	})
	a := w.Host("a", wait)
	b := w.Host("b", wait)
	fmt.Println(w.Link(a, b).Latency)
	fmt.Println(w.Close())
	// Output:
	// [10ms 30ms]
	// <nil>
}

// The same seed makes the same run; its hash shows it.
func ExampleWorld_Sum() {
	sum := func(seed uint64) uint64 {
		w := sim.New(seed, sim.Config{Faults: sim.Chaos()})
		server := w.Host("server", echo)
		w.Run(time.Second)
		client := w.Host("client", talker(server.Address(port), 10))
		w.RunUntil(client.Done)
		client.Err() // may be anything: the faults are many
		w.Close()
		return w.Sum()
	}
	first, again, other := sum(1), sum(1), sum(2)
	fmt.Println(first == again, first == other)
	// Output: true false
}

func ExampleWorld_RunUntil() {
	w := sim.New(1, sim.Config{})
	h := w.Host("sleeper", func(rt *eddy.Runtime) error { return rt.Sleep(time.Hour) })
	fmt.Println(w.RunUntil(h.Done), w.Elapsed().Round(time.Second))
	fmt.Println(w.RunUntil(func() bool { return false })) // nothing can happen any more
	w.Close()
	// Output:
	// true 1h0m0s
	// false
}

func ExampleWorld_Crash() {
	w := sim.New(1, sim.Config{})
	boots := 0
	server := w.Host("server", func(rt *eddy.Runtime) error {
		boots++
		defer func() { fmt.Println("unwound") }()
		return echo(rt)
	})
	w.Run(time.Second)
	w.Crash(server)
	fmt.Println(server.Done(), server.Err())
	w.Restart(server)
	w.Run(time.Second)
	fmt.Println(boots, "boots")
	fmt.Println(w.Close())
	// Output:
	// unwound
	// true <nil>
	// 2 boots
	// unwound
	// <nil>
}

func ExampleWorld_Kill() {
	w := sim.New(1, sim.Config{})
	server := w.Host("server", echo)
	w.Run(time.Second)
	w.Kill(server)
	client := w.Host("client", talker(server.Address(port), 1))
	w.RunUntil(client.Done)
	fmt.Println(errors.Is(client.Err(), syscall.ECONNREFUSED))
	fmt.Println(w.Close())
	// Output:
	// true
	// <nil>
}

func ExampleWorld_Pause() {
	w := sim.New(1, sim.Config{})
	ticks := 0
	h := w.Host("ticker", func(rt *eddy.Runtime) error {
		for {
			if err := rt.Sleep(time.Second); err != nil {
				return err
			}
			ticks++
		}
	})
	w.Run(3500 * time.Millisecond)
	w.Pause(h)
	w.Run(time.Hour)
	fmt.Println(ticks)
	w.Resume(h)
	w.Run(time.Second)
	fmt.Println(ticks)
	w.Close()
	// Output:
	// 3
	// 4
}

// Handle.Spawn is for any goroutine; Outside calls it at a moment that the seed decides.
func ExampleWorld_Outside() {
	w := sim.New(1, sim.Config{})
	var handle *eddy.Handle
	h := w.Host("host", func(rt *eddy.Runtime) error {
		handle = rt.Handle()
		defer handle.Release()
		return wait(rt)
	})
	w.Run(time.Second)
	w.Outside(h, func() { handle.Spawn(func() { fmt.Println("spawned") }) })
	w.Run(time.Second)
	fmt.Println(w.Close())
	// Output:
	// spawned
	// <nil>
}

func ExampleWorld_Dump() {
	w := sim.New(1, sim.Config{})
	w.Host("server", func(rt *eddy.Runtime) error {
		l, err := rt.ListenTCP("0.0.0.0:80")
		if err != nil {
			return err
		}
		_, err = l.AcceptTCP()
		return err
	})
	w.Run(time.Minute)
	fmt.Println(w.Dump())
	w.Close()
	// Output:
	// the world after 1m0s:
	// host server (10.0.0.1): waiting
	// 	task 1 sim_test.ExampleWorld_Dump.func1 example_test.go:203: waiting for accept tcp 0.0.0.0:80 for 1m0s
}

func ExampleChaos() {
	w := sim.New(1, sim.Config{Faults: sim.Chaos()})
	server := w.Host("server", echo)
	w.Run(time.Second)
	for i := range 20 {
		w.Host(fmt.Sprint("client ", i), func(rt *eddy.Runtime) error {
			for range 20 {
				talker(server.Address(port), 10)(rt)
			}
			return nil
		})
	}
	w.Run(5 * time.Minute)
	hits := w.Hits()
	fmt.Println(sim.ShortRead, hits[sim.ShortRead] > 0)
	fmt.Println(sim.AcceptFull, hits[sim.AcceptFull] > 0)
	fmt.Println(w.Close())
	// Output:
	// short read true
	// accept full true
	// <nil>
}
