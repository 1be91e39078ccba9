//go:build unix

package eddy_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"runtime/trace"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/internal/kernel"
)

// watched is a Config whose watchdog hands its reports to the channel.
func watched() (eddy.Config, chan eddy.SlowPoll) {
	reports := make(chan eddy.SlowPoll, 16)
	return eddy.Config{SlowPoll: 10 * time.Millisecond, OnSlowPoll: func(s eddy.SlowPoll) { reports <- s }}, reports
}

// standStill keeps the loop from going on until the watchdog has reported that. (On a machine with much else to do it
// may report polls, too, that only waited for a processor.)
func standStill(reports chan eddy.SlowPoll) eddy.SlowPoll {
	for {
		if s := <-reports; s.BlockedOn == "channel" && bytes.Contains(s.Stack, []byte("eddy_test.standStill(")) {
			return s
		}
	}
}

// endOf returns the report that the poll of s is over.
func endOf(s eddy.SlowPoll, reports chan eddy.SlowPoll) eddy.SlowPoll {
	for {
		if end := <-reports; end.Ended && end.Task == s.Task {
			return end
		}
	}
}

// watchdogRuns reports whether some goroutine is a watchdog.
func watchdogRuns() bool { return strings.Contains(stacksOfAll(), "eddy.(*watchdog).watch(") }

func stacksOfAll() string {
	buf := make([]byte, 1<<20)
	return string(buf[:runtime.Stack(buf, true)])
}

// F22: a task that keeps the loop from going on is reported while it does, and once more when it is over.
func TestSlowPoll(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		c, reports := watched()
		var s eddy.SlowPoll
		standsStill := func() { s = standStill(reports) }
		blockOn(t, newRuntime(t, c, k), func(t *testing.T, rt *eddy.Runtime) {
			must(t, rt.Yield())
			_, err := rt.Spawn(standsStill).Join()
			must(t, err)
		})
		if s.Ended || s.State != "chan receive" || s.For < c.SlowPoll || s.Trace != "" {
			t.Errorf("got %+v", s)
		}
		if s.Task.ID != 2 || !strings.Contains(s.Task.Name, "watchdog_test.go:") || s.Task.State != "running" {
			t.Errorf("the task is %v", s.Task)
		}
		if !bytes.Contains(s.Stack, []byte("eddy_test.TestSlowPoll.")) {
			t.Errorf("the stack is\n%s", s.Stack)
		}
		if end := endOf(s, reports); end.For < s.For || len(end.Stack) > 0 {
			t.Errorf("at the end: %+v", end)
		}
	})
}

// F22: a task that does not end although the runtime wants to is reported too.
func TestSlowEndIsReported(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		c, reports := watched()
		var s eddy.SlowPoll
		blockOn(t, newRuntime(t, c, k), func(t *testing.T, rt *eddy.Runtime) {
			rt.Spawn(func() {
				defer func() { s = standStill(reports) }()
				rt.Sleep(time.Hour)
			})
			must(t, rt.Yield())
		})
		if !bytes.Contains(s.Stack, []byte("eddy_test.TestSlowEndIsReported.")) {
			t.Errorf("the stack is\n%s", s.Stack)
		}
	})
}

// By default slow polls are logged, from the watchdog's goroutine: a log that hangs does not stop the loop.
func TestSlowPollIsLogged(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		log := &hangingLog{hangsAt: "blocked_on=channel", entered: make(chan string, 16), leave: make(chan bool)}
		c := eddy.Config{SlowPoll: time.Millisecond, Logger: slog.New(slog.NewTextHandler(log, nil))}
		blockOn(t, newRuntime(t, c, k), func(t *testing.T, rt *eddy.Runtime) {
			line := ""
			for !strings.Contains(line, log.hangsAt) { // the poll stands still until the watchdog stands in the log
				line = <-log.entered
			}
			for _, want := range []string{"level=WARN", "slow poll", "watchdog_test.go:", "state=\"chan receive\"", "TestSlowPollIsLogged"} {
				if !strings.Contains(line, want) {
					t.Errorf("no %q in %s", want, line)
				}
			}
			must(t, rt.Sleep(time.Millisecond)) // the loop turns
			close(log.leave)
		})
		for !strings.Contains(<-log.entered, "slow poll has ended") {
		}
	})
}

// hangingLog is a log that hangs at some lines until leave is closed.
type hangingLog struct {
	hangsAt string
	entered chan string
	leave   chan bool
}

func (l *hangingLog) Write(line []byte) (int, error) {
	l.entered <- string(line)
	if bytes.Contains(line, []byte(l.hangsAt)) {
		<-l.leave
	}
	return len(line), nil
}

// The watchdog is a goroutine with a name. It sleeps while the loop does, wakes with it, and ends before BlockOn returns.
func TestWatchdogGoroutine(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		c, reports := watched()
		var stack atomic.Value
		c.OnSlowPoll = func(s eddy.SlowPoll) {
			stack.Store(string(debug.Stack()))
			reports <- s
		}
		rt := newRuntime(t, c, k)
		h := rt.Handle()
		go func() {
			defer h.Release()
			for !strings.Contains(stacksOfAll(), "executor.(*Watch).Sleep(") {
				time.Sleep(time.Millisecond) // between two looks; the result does not depend on it
			}
			h.Spawn(func() { standStill(reports) })
			h.Shutdown()
		}()
		if err := rt.BlockOn(func(rt *eddy.Runtime) error { return rt.Sleep(time.Hour) }); !errors.Is(err, eddy.ErrCanceled) {
			t.Errorf("BlockOn: %v", err)
		}
		if got, _ := stack.Load().(string); !strings.Contains(got, "eddy.(*watchdog).watch(") {
			t.Errorf("OnSlowPoll is called from\n%s", got)
		}
	})
}

// BlockOn returns after OnSlowPoll has.
func TestBlockOnWaitsForOnSlowPoll(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		reported := make(chan bool)
		returned := false
		c := eddy.Config{SlowPoll: time.Millisecond, OnSlowPoll: func(s eddy.SlowPoll) {
			if !s.Ended {
				reported <- true
				return
			}
			for range 1000 {
				runtime.Gosched()
			}
			returned = true
		}}
		blockOn(t, newRuntime(t, c, k), func(*testing.T, *eddy.Runtime) { <-reported })
		if !returned {
			t.Error("it had not")
		}
	})
}

// It ends too where BlockOn does not return: by a panic of the main function, or a Goexit.
func TestWatchdogEndsWithBlockOn(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		c, _ := watched()
		c.OnSlowPoll = func(eddy.SlowPoll) {}
		if v := panicOf(func() { newRuntime(t, c, k).BlockOn(func(*eddy.Runtime) error { panic("main") }) }); v == nil {
			t.Error("no panic")
		}
	})
}

// Without SlowPoll, and where the kernel's wait blocks no thread, nobody watches.
func TestNoWatchdog(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		c, _ := watched()
		blockOn(t, newRuntime(t, c, coroutineKernel{k}), func(t *testing.T, rt *eddy.Runtime) {
			if watchdogRuns() {
				t.Error("a watchdog in a simulation")
			}
		})
	})
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		if watchdogRuns() {
			t.Error("a watchdog that nobody asked for")
		}
	})
}

// coroutineKernel is a kernel whose Wait parks a coroutine, for all that the runtime knows.
type coroutineKernel struct{ kernel.Kernel }

func (coroutineKernel) BlocksThread() bool { return false }

// A report comes with the execution trace, once a minute.
func TestSlowPollTrace(t *testing.T) {
	eddytest.Baseline(t)
	c, reports := watched()
	c.SlowPollTrace = t.TempDir()
	blockOn(t, got(eddy.New(c))(t), func(t *testing.T, rt *eddy.Runtime) {
		s := <-reports
		if dir, name := filepath.Split(s.Trace); filepath.Clean(dir) != c.SlowPollTrace || !strings.HasPrefix(name, "slow-poll-") {
			t.Fatalf("the trace is %q", s.Trace)
		}
		file, err := os.Open(s.Trace)
		must(t, err)
		defer file.Close()
		var minor int
		if _, err := fmt.Fscanf(file, "go 1.%d trace\x00\x00\x00", &minor); err != nil || minor < 26 {
			t.Errorf("the file begins with another line: go 1.%d, %v", minor, err)
		}
		if n, err := io.Copy(io.Discard, file); err != nil || n < 1000 {
			t.Errorf("%d bytes of trace, %v", n, err)
		}
		if again := <-reports; again.Ended || again.Trace != "" {
			t.Errorf("the second report: %+v", again)
		}
	})
}

// A trace that cannot be recorded, or not saved, is missed in the log; the report comes all the same.
func TestSlowPollWithoutTrace(t *testing.T) {
	eddytest.Baseline(t)
	log := &lines{written: make(chan string, 16)}
	c, reports := watched()
	c.Logger = slog.New(slog.NewTextHandler(log, nil))
	c.SlowPollTrace = filepath.Join(t.TempDir(), "nowhere")
	stuck := func(want string) {
		blockOn(t, got(eddy.New(c))(t), func(t *testing.T, rt *eddy.Runtime) {
			if s := <-reports; s.Trace != "" {
				t.Errorf("the trace is %q", s.Trace)
			}
			if line := <-log.written; !strings.Contains(line, want) {
				t.Errorf("logged %s, want %q", line, want)
			}
		})
		<-reports // of the end
	}
	stuck("no such file or directory")
	recorder := trace.NewFlightRecorder(trace.FlightRecorderConfig{})
	must(t, recorder.Start())
	defer recorder.Stop()
	c.SlowPollTrace = t.TempDir()
	stuck("without an execution trace")
}

// lines is a log whose lines a test takes in.
type lines struct{ written chan string }

func (l *lines) Write(line []byte) (int, error) {
	l.written <- string(line)
	return len(line), nil
}
