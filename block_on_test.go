//go:build unix

package eddy_test

import (
	"bytes"
	"errors"
	"log/slog"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/future"
	"github.com/eddy-go/eddy/internal/kernel"
)

var errTest = errors.New("the test's own error")

func TestBlockOnReturnsTheError(t *testing.T) {
	eddytest.Baseline(t)
	if err := eddy.BlockOn(func(rt *eddy.Runtime) error { return errTest }); err != errTest {
		t.Errorf("got %v", err)
	}
	if err := eddy.BlockOn(func(rt *eddy.Runtime) error { return rt.Sleep(time.Millisecond) }); err != nil {
		t.Errorf("got %v", err)
	}
}

func TestRuntimeRunsOnce(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		rt := newRuntime(t, eddy.Config{}, k)
		nop := func(*eddy.Runtime) error { return nil }
		must(t, rt.BlockOn(nop))
		if err := rt.BlockOn(nop); err != eddy.ErrClosed {
			t.Errorf("the second BlockOn: %v", err)
		}
	})
}

func TestBlockOnFutureReturnsItsValue(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		rt := newRuntime(t, eddy.Config{}, k)
		goroutines := runtime.NumGoroutine()
		v, err := eddy.BlockOnFuture(rt, future.Map(eddy.Sleep(time.Millisecond), func(struct{}) (int, error) {
			return runtime.NumGoroutine() - goroutines, errTest
		}))
		if v > 0 || err != errTest {
			t.Errorf("%d goroutines more, %v; want none, and the error", v, err)
		}
	})
}

// pollFunc is a future that is ready at its first Poll.
type pollFunc struct {
	future.NoCancel
	fn func()
}

func (p pollFunc) Poll(*future.Context) (struct{}, error) { p.fn(); return struct{}{}, nil }

func TestBlockOnInsideATaskPanics(t *testing.T) {
	inside := map[string]func(rt *eddy.Runtime, blockOn func()){
		"straight-line code": func(rt *eddy.Runtime, blockOn func()) { blockOn() },
		"a Poll":             func(rt *eddy.Runtime, blockOn func()) { eddy.Await(rt, eddy.Future[struct{}](pollFunc{fn: blockOn})) },
		"a future's task": func(rt *eddy.Runtime, blockOn func()) {
			eddy.SpawnFuture(rt, eddy.Future[struct{}](pollFunc{fn: blockOn})).Join()
		},
		"deep recursion": func(rt *eddy.Runtime, blockOn func()) {
			var descend func(depth int)
			descend = func(depth int) {
				if depth == 0 {
					blockOn()
					return
				}
				descend(depth - 1)
			}
			descend(500)
		},
	}
	for name, run := range inside {
		t.Run(name, func(t *testing.T) {
			forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
				called := false
				run(rt, func() {
					called = true
					nop := func(*eddy.Runtime) error { return nil }
					for _, block := range []func(){func() { rt.BlockOn(nop) }, func() { eddy.BlockOn(nop) }} {
						if text, _ := panicOf(block).(string); !strings.Contains(text, "BlockOn inside a task") {
							t.Errorf("got %q", text)
						}
					}
				})
				if !called {
					t.Error("not called")
				}
			})
		})
	}
}

// F21: the main function's panic leaves BlockOn, with its stack, after everything has been cleaned up.
func TestPanicOfMainLeavesBlockOn(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		rt := newRuntime(t, eddy.Config{OnPanic: func(eddy.TaskInfo, *eddy.PanicError) { t.Error("reported to OnPanic too") }}, k)
		unwound := false
		v := panicOf(func() {
			rt.BlockOn(func(rt *eddy.Runtime) error {
				rt.Spawn(func() {
					defer func() { unwound = true }()
					rt.Sleep(time.Hour)
				})
				must(t, rt.Yield())
				panic(errTest)
			})
		})
		pe, ok := v.(*eddy.PanicError)
		if !ok || !errors.Is(pe, errTest) || !strings.Contains(string(pe.Stack), "TestPanicOfMainLeavesBlockOn") {
			t.Errorf("got %v", v)
		}
		if !unwound {
			t.Error("the other task was not ended")
		}
	})
}

func TestPanicOfMainFutureLeavesBlockOn(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		rt := newRuntime(t, eddy.Config{}, k)
		v := panicOf(func() {
			eddy.BlockOnFuture(rt, eddy.Future[struct{}](pollFunc{fn: func() { panic("boom") }}))
		})
		if pe, ok := v.(*eddy.PanicError); !ok || pe.Value != "boom" {
			t.Errorf("got %v", v)
		}
	})
}

// The main task's Goexit, t.FailNow's, ends the goroutine that called BlockOn, after everything has been cleaned up.
func TestGoexitOfMainIsPassedOn(t *testing.T) {
	mains := map[string]func(rt *eddy.Runtime){
		"code": func(rt *eddy.Runtime) {
			rt.BlockOn(func(rt *eddy.Runtime) error {
				rt.Spawn(func() { rt.Sleep(time.Hour) })
				got(rt.ListenTCP("127.0.0.1:0"))
				rt.Yield()
				runtime.Goexit()
				return nil
			})
		},
		"future": func(rt *eddy.Runtime) {
			eddy.BlockOnFuture(rt, eddy.Future[struct{}](pollFunc{fn: runtime.Goexit}))
		},
	}
	for name, run := range mains {
		t.Run(name, func(t *testing.T) {
			onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
				rt := newRuntime(t, eddy.Config{}, k)
				returned := false
				ended := make(chan struct{})
				go func() {
					defer close(ended)
					run(rt)
					returned = true
				}()
				<-ended
				if returned {
					t.Error("BlockOn returned")
				}
			})
		})
	}
}

// F21: a panic that nobody joins is logged, with its stack.
func TestUnjoinedPanicIsLogged(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		var log bytes.Buffer
		rt := newRuntime(t, eddy.Config{Logger: slog.New(slog.NewTextHandler(&log, nil))}, k)
		blockOn(t, rt, func(t *testing.T, rt *eddy.Runtime) {
			rt.Spawn(func() { panic("nobody joins") })
			must(t, rt.Yield())
		})
		if text := log.String(); !strings.Contains(text, "nobody joins") || !strings.Contains(text, "TestUnjoinedPanicIsLogged") || !strings.Contains(text, "block_on_test.go") {
			t.Errorf("logged: %s", text)
		}
		if rt.KernelName() != k.Name() {
			t.Errorf("kernel %q", rt.KernelName())
		}
	})
}

// F21: one task's panic ends that task; the others and the runtime go on.
func TestPanicEndsOneTask(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		var reported []*eddy.PanicError
		rt := newRuntime(t, eddy.Config{OnPanic: func(_ eddy.TaskInfo, e *eddy.PanicError) { reported = append(reported, e) }}, k)
		blockOn(t, rt, func(t *testing.T, rt *eddy.Runtime) {
			alone := rt.Spawn(func() { panic("alone") })
			other := eddy.Spawn(rt, func() (int, error) { return 7, rt.Yield() })
			if v, err := other.Join(); v != 7 || err != nil {
				t.Errorf("the other task: %d, %v", v, err)
			}
			if _, err := alone.Join(); err == nil || !strings.Contains(err.Error(), "alone") {
				t.Errorf("the task's own result: %v", err)
			}
		})
		if len(reported) != 1 || reported[0].Value != "alone" {
			t.Errorf("reported: %v", reported)
		}
		if n := rt.Stats().Panics; n != 1 {
			t.Errorf("%d panics counted", n)
		}
	})
}
