//go:build unix

package eddy_test

import (
	"errors"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/future"
	"github.com/eddy-go/eddy/internal/kernel"
)

func TestHandleSpawnsFromGoroutines(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		const goroutines, spawns = 8, 50
		var wg sync.WaitGroup
		ran := 0 // of tasks: no lock
		for range goroutines {
			h := rt.Handle()
			wg.Go(func() {
				defer h.Release()
				for range spawns {
					if err := h.Spawn(func() { ran++ }); err != nil {
						t.Error(err)
					}
				}
			})
		}
		_, err := eddy.Await(rt, eddy.Offload(rt, func() (struct{}, error) { wg.Wait(); return struct{}{}, nil }))
		must(t, err)
		until(t, rt, "all have run", func() bool { return ran == goroutines*spawns })
	})
}

func TestHandleSpawnIsBounded(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		rt := newRuntime(t, eddy.Config{MaxPosted: 2}, k)
		blockOn(t, rt, func(t *testing.T, rt *eddy.Runtime) {
			h := rt.Handle()
			defer h.Release()
			ran := 0
			for range 2 {
				must(t, h.Spawn(func() { ran++ }))
			}
			if err := h.Spawn(func() { t.Error("refused, and ran") }); err != eddy.ErrBusy {
				t.Errorf("got %v", err)
			}
			until(t, rt, "both have run", func() bool { return ran == 2 })
			must(t, h.Spawn(func() {}))
		})
	})
}

// F20: after the end, whatever comes from another goroutine does nothing.
func TestNothingHappensAfterTheEnd(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		waits := 0
		rt := newRuntime(t, eddy.Config{}, &scriptedKernel{Kernel: k, wait: func(e []kernel.Event, d time.Duration) (int, kernel.Errno) {
			waits++
			return k.Wait(e, d)
		}})
		h := rt.Handle()
		var waker future.Waker
		var s *eddy.TCPStream
		blockOn(t, rt, func(t *testing.T, rt *eddy.Runtime) {
			s, _ = tcpPair(t, rt)
			eddy.SpawnFuture(rt, eddy.Future[struct{}](&lost{outside: func(w future.Waker) { waker = w }}))
			must(t, rt.Yield())
		})
		before := waits
		waker.Wake()
		if err := h.Spawn(func() { t.Error("ran") }); err != eddy.ErrClosed {
			t.Errorf("Spawn: %v", err)
		}
		h.Shutdown()
		h.Release()
		if err := h.Spawn(func() {}); err != eddy.ErrClosed {
			t.Errorf("Spawn after Release: %v", err)
		}
		if err := s.SetDeadline(time.Now()); !isClosed(err) {
			t.Errorf("SetDeadline: %v", err)
		}
		if err := s.Close(); !isClosed(err) {
			t.Errorf("Close: %v", err)
		}
		if waits != before {
			t.Error("the loop ran")
		}
	})
}

func TestReleasedHandleRefuses(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		h := rt.Handle()
		h.Release()
		if err := h.Spawn(func() { t.Error("ran") }); err != eddy.ErrClosed {
			t.Errorf("got %v", err)
		}
	})
}

func TestShutdownFromAGoroutine(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		k, asleep := sleepSignal(k)
		rt := newRuntime(t, eddy.Config{}, k)
		h := rt.Handle()
		defer h.Release()
		go func() {
			<-asleep
			h.Shutdown()
			h.Shutdown()
		}()
		err := rt.BlockOn(func(rt *eddy.Runtime) error {
			_, err := eddy.Await(rt, eddy.Future[struct{}](&lost{}))
			return err
		})
		if !errors.Is(err, eddy.ErrCanceled) {
			t.Errorf("got %v", err)
		}
	})
}

// A Shutdown that was asked before BlockOn holds.
func TestShutdownBeforeTheStart(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		rt := newRuntime(t, eddy.Config{}, k)
		h := rt.Handle()
		defer h.Release()
		h.Shutdown()
		if err := rt.BlockOn(func(rt *eddy.Runtime) error { return rt.Sleep(time.Hour) }); !errors.Is(err, eddy.ErrCanceled) {
			t.Errorf("got %v", err)
		}
	})
}

// F20: a wake from another goroutine ends the sleep of the loop, and what was written before it is seen.
func TestWakeWhileTheLoopSleeps(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		k, asleep := sleepSignal(k)
		blockOn(t, newRuntime(t, eddy.Config{}, k), func(t *testing.T, rt *eddy.Runtime) {
			value := 0
			_, err := eddy.Await(rt, eddy.Future[struct{}](&lost{outside: func(w future.Waker) {
				go func() {
					<-asleep
					value = 7
					w.Wake()
				}()
			}}))
			must(t, err)
			if value != 7 {
				t.Errorf("value %d", value)
			}
		})
	})
}

// isClosed reports whether err is what package net's types return after Close.
func isClosed(err error) bool {
	var oe *net.OpError
	return errors.Is(err, net.ErrClosed) && errors.As(err, &oe)
}
