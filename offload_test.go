//go:build unix

package eddy_test

import (
	"errors"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/internal/kernel"
)

func TestOffloadReturnsTheResult(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		v, err := eddy.Await(rt, eddy.Offload(rt, func() (int, error) { return 7, errTest }))
		if v != 7 || err != errTest {
			t.Errorf("%d, %v", v, err)
		}
	})
}

// F21: a panic in an offloaded function comes out of the wait, with the function's stack.
func TestOffloadPassesPanicsOn(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		h := eddy.Spawn(rt, func() (int, error) {
			return eddy.Await(rt, eddy.Offload(rt, func() (int, error) { panic(errTest) }))
		})
		_, err := h.Join()
		var pe *eddy.PanicError
		if !errors.As(err, &pe) || pe.Value != errTest || !strings.Contains(string(pe.Stack), "TestOffloadPassesPanicsOn") {
			t.Errorf("got %v", err)
		}
		_, err = eddy.Await(rt, eddy.Offload(rt, func() (int, error) { runtime.Goexit(); return 0, nil }))
		if err != eddy.ErrGoexit {
			t.Errorf("Goexit: %v", err)
		}
	})
}

// At most MaxOffload functions run at once; the others queue in order; those that are cancelled in time never run.
func TestOffloadIsBoundedAndInOrder(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		rt := newRuntime(t, eddy.Config{MaxOffload: 2}, k)
		blockOn(t, rt, func(t *testing.T, rt *eddy.Runtime) {
			begun, goOn := make(chan int, 10), make(chan struct{})
			var handles []*eddy.JoinHandle[int]
			for i := range 6 {
				handles = append(handles, eddy.SpawnFuture(rt, eddy.Offload(rt, func() (int, error) {
					begun <- i
					<-goOn
					return i, nil
				})))
			}
			untilWaiting(t, rt, 6)
			first := []int{<-begun, <-begun} // in any order: they run at once
			slices.Sort(first)
			if !slices.Equal(first, []int{0, 1}) {
				t.Errorf("the first two were %v", first)
			}
			handles[3].Cancel()
			must(t, rt.Yield())
			for _, want := range []int{2, 4, 5} {
				if len(begun) > 0 {
					t.Errorf("%d more began", len(begun))
				}
				goOn <- struct{}{}
				until(t, rt, "the next one begins", func() bool { return len(begun) > 0 })
				if i := <-begun; i != want {
					t.Errorf("%d came, want %d", i, want)
				}
			}
			close(goOn)
			for i, h := range handles {
				v, err := h.Join()
				if i == 3 && errors.Is(err, eddy.ErrCanceled) {
					continue
				}
				if v != i || err != nil {
					t.Errorf("%d: %d, %v", i, v, err)
				}
			}
		})
	})
}

// Cancelling drops the result of a function that runs; the end of the runtime waits for it all the same.
func TestShutdownWaitsForOffloads(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		rt := newRuntime(t, eddy.Config{}, k)
		begun, ended := make(chan struct{}), false
		goOn := make(chan struct{})
		blockOn(t, rt, func(t *testing.T, rt *eddy.Runtime) {
			h := eddy.SpawnFuture(rt, eddy.Offload(rt, func() (int, error) {
				close(begun)
				<-goOn
				ended = true
				return 1, nil
			}))
			must(t, rt.Yield())
			<-begun
			h.Cancel()
			if _, err := h.Join(); !errors.Is(err, eddy.ErrCanceled) {
				t.Errorf("got %v", err)
			}
			close(goOn)
		})
		if !ended {
			t.Error("BlockOn did not wait")
		}
	})
}

func TestUnfinishedOffloadsAreNamed(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		rt := newRuntime(t, eddy.Config{Grace: eddy.NoGrace}, k)
		goOn := make(chan struct{})
		defer close(goOn)
		err := rt.BlockOn(func(rt *eddy.Runtime) error {
			eddy.SpawnFuture(rt, eddy.Offload(rt, func() (int, error) { <-goOn; return 0, nil }))
			return rt.Yield()
		})
		if err == nil || !strings.Contains(err.Error(), "still runs after the grace period") || !strings.Contains(err.Error(), "TestUnfinishedOffloadsAreNamed") {
			t.Errorf("got %v", err)
		}
	})
}
