//go:build unix

package eddy_test

import (
	"strings"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/internal/kernel"
)

// methodsForTasks are calls that are for tasks alone.
func methodsForTasks(rt *eddy.Runtime, s *eddy.TCPStream, l *eddy.TCPListener) map[string]func() {
	return map[string]func(){
		"Read":           func() { s.Read(make([]byte, 1)) },
		"Write":          func() { s.Write(make([]byte, 1)) },
		"WriteTo":        func() { s.WriteTo(s) },
		"PollRead":       func() { s.PollRead(nil, nil) },
		"PollWrite":      func() { s.PollWrite(nil, nil) },
		"Accept":         func() { l.Accept() },
		"DialTCP":        func() { rt.DialTCP("127.0.0.1:1") },
		"Dial":           func() { rt.Dial("tcp", "127.0.0.1:1") },
		"LookupIP":       func() { rt.LookupIP("ip", "127.0.0.1") },
		"ListenTCP":      func() { rt.ListenTCP("127.0.0.1:0") },
		"ListenUnix":     func() { rt.ListenUnix("@eddy") },
		"NetConn":        func() { rt.NetConn(s) },
		"ListenerFromFD": func() { rt.ListenerFromFD(1000) },
		"Sleep":          func() { rt.Sleep(1) },
		"Yield":          func() { rt.Yield() },
		"WithTimeout":    func() { rt.WithTimeout(1, func() error { return nil }) },
		"Context":        func() { rt.Context() },
		"Runtime.Spawn":  func() { rt.Spawn(func() {}) },
		"Spawn":          func() { eddy.Spawn(rt, func() (int, error) { return 0, nil }) },
		"SpawnFuture":    func() { eddy.SpawnFuture(rt, eddy.Sleep(1)) },
		"Await":          func() { eddy.Await(rt, eddy.Sleep(1)) },
	}
}

func wantPanic(t *testing.T, name string, fn func(), texts ...string) {
	t.Helper()
	v := panicOf(fn)
	for _, want := range texts {
		if text, _ := v.(string); !strings.Contains(text, want) {
			t.Errorf("%s: %v; want %q in it", name, v, want)
		}
	}
}

// F35: with no task running, a call panics and says what to do instead.
func TestNoTaskRuns(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		rt := newRuntime(t, eddy.Config{}, k)
		var s *eddy.TCPStream
		var l *eddy.TCPListener
		if h := panicOf(func() { rt.Handle().Release() }); h != nil {
			t.Errorf("Handle before BlockOn: %v", h)
		}
		wantPanic(t, "Spawn before the start", func() { rt.Spawn(func() {}) }, "no task running", "Handle.Spawn", "Runtime.NetConn")
		blockOn(t, rt, func(t *testing.T, rt *eddy.Runtime) {
			s, _ = tcpPair(t, rt)
			l = got(rt.ListenTCP("127.0.0.1:0"))(t)
		})
		for name, call := range methodsForTasks(rt, s, l) {
			wantPanic(t, name, call, "no task running", "Handle.Spawn", "Runtime.NetConn")
		}
	})
}

// F35: under Config.CheckThread a call from another goroutine panics and says what to do instead, also while a task
// runs.
func TestForeignGoroutinePanics(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		s, _ := tcpPair(t, rt)
		l := got(rt.ListenTCP("127.0.0.1:0"))(t)
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			for name, call := range methodsForTasks(rt, s, l) {
				wantPanic(t, name, call, "from another goroutine", "Handle.Spawn", "Runtime.NetConn")
			}
		}()
		<-ended // blocks the loop: the task runs, and nothing races
	})
}

// A wait inside a Poll would stop the loop that polls.
func TestWaitInsidePollPanics(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		s, _ := tcpPair(t, rt)
		_, err := eddy.Await(rt, eddy.Future[struct{}](pollFunc{fn: func() {
			wantPanic(t, "Read", func() { s.Read(make([]byte, 1)) }, "a future's Poll", "future.Pending")
			wantPanic(t, "Sleep", func() { rt.Sleep(time.Hour) }, "a future's Poll")
		}}))
		must(t, err)
	})
}
