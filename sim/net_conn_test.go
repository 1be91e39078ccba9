package sim_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/sim"
)

// Goroutines of the bubble use the sockets of simulated hosts through adapters, also under faults, and a run can be
// repeated: the world stands still while a goroutine acts upon its answer.
func TestNetConnInABubble(t *testing.T) {
	eddytest.Baseline(t)
	run := func(seed uint64) (sum uint64, report string) {
		sim.Run(t, seed, func(w *sim.World) {
			w.SetFaults(sim.Chaos())
			server := w.Host("server", func(rt *eddy.Runtime) error {
				l, err := rt.ListenTCP(":7")
				if err != nil {
					return err
				}
				go echoOnAGoroutine(rt.NetListener(l))
				rt.Sleep(1000 * time.Hour)
				return nil
			})
			answers := 0
			client := w.Host("client", func(rt *eddy.Runtime) error {
				handle, over := rt.Handle(), false
				go func() {
					answers = askOnAGoroutine(handle, server.Address(port))
					handle.Spawn(func() { over = true })
					handle.Release()
				}()
				for !over {
					if err := rt.Sleep(time.Minute); err != nil {
						return err
					}
				}
				return nil
			})
			untilDone(t, w, client)
			sum, report = w.Sum(), fmt.Sprint(answers, " answers in ", w.Elapsed())
			if answers != 50 {
				t.Error(report)
			}
		})
		return sum, report
	}
	for seed := uint64(1); seed <= 5; seed++ {
		sum, report := run(seed)
		if again, reportAgain := run(seed); sum != again {
			t.Errorf("seed %d: %016x, %s; again %016x, %s", seed, sum, report, again, reportAgain)
		}
	}
}

// echoOnAGoroutine serves one client after the other. Its first call comes while the world waits for the clock.
func echoOnAGoroutine(l net.Listener) {
	time.Sleep(time.Millisecond)
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		for buf := make([]byte, 1000); err == nil; {
			c.SetDeadline(time.Now().Add(20 * time.Second))
			var n int
			if n, err = c.Read(buf); n > 0 {
				_, err = c.Write(buf[:n])
			}
		}
		c.Close()
	}
}

// askOnAGoroutine returns how many of its questions were answered, by whichever connection.
func askOnAGoroutine(handle *eddy.Handle, address string) (answers int) {
	for range 500 {
		time.Sleep(time.Second)
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		c, err := handle.DialContext(ctx, "tcp", address)
		cancel()
		for err == nil && answers < 50 {
			c.SetDeadline(time.Now().Add(20 * time.Second))
			if err = say(c, strings.Repeat("hello", 100)); err == nil {
				answers++
			}
		}
		if c != nil {
			c.Close()
		}
		if answers == 50 {
			break
		}
	}
	return answers
}

// Hosts that end, or crash, end what goroutines wait for.
func TestNetConnOfAHostThatCrashes(t *testing.T) {
	eddytest.Baseline(t)
	sim.Run(t, 1, func(w *sim.World) {
		results := make(chan error, 2)
		host := w.Host("host", func(rt *eddy.Runtime) error {
			l, err := rt.ListenTCP(":7")
			if err != nil {
				return err
			}
			s, err := rt.DialTCP("127.0.0.1:7")
			if err != nil {
				return err
			}
			listener, c := rt.NetListener(l), rt.NetConn(s)
			go func() {
				_, err := io.ReadAll(c)
				results <- err
			}()
			go func() {
				for {
					if _, err := listener.Accept(); err != nil {
						results <- err
						return
					}
				}
			}()
			return rt.Sleep(1000 * time.Hour)
		})
		w.Run(time.Minute)
		w.Crash(host)
		w.Run(time.Minute)
		for range 2 {
			if err := <-results; err == nil || !strings.Contains(err.Error(), net.ErrClosed.Error()) {
				t.Errorf("got %v", err)
			}
		}
	})
}

// The end of its context ends a goroutine's dial on time though the host is paused. The host finds later that nobody
// wants the connection.
func TestDialContextOfAPausedHost(t *testing.T) {
	eddytest.Baseline(t)
	run := func() (sum uint64) {
		sim.Run(t, 1, func(w *sim.World) {
			server := w.Host("server", echo)
			var handle *eddy.Handle
			client := w.Host("client", func(rt *eddy.Runtime) error {
				handle = rt.Handle()
				return rt.Sleep(2 * time.Minute)
			})
			w.Run(time.Second)
			w.Pause(client)
			var after time.Duration
			var err error
			go func() {
				defer handle.Release()
				begin := time.Now()
				ctx, cancel := context.WithTimeout(context.Background(), time.Second)
				defer cancel()
				_, err = handle.DialContext(ctx, "tcp", server.Address(port))
				after = time.Since(begin)
			}()
			w.Run(time.Minute)
			if after != time.Second || !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("after %v: %v", after, err)
			}
			w.Resume(client)
			untilDone(t, w, client)
			sum = w.Sum()
		})
		return sum
	}
	if a, b := run(), run(); a != b {
		t.Errorf("sum %016x, again %016x", a, b)
	}
}
