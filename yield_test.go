//go:build unix

package eddy_test

import (
	"context"
	"testing"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/future"
)

// F17: who yields comes after the kernel was asked, and after whom the kernel has woken.
func TestYieldLetsTheKernelComeFirst(t *testing.T) {
	forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
		read := false
		rt.Spawn(func() {
			b.Read(make([]byte, 1))
			read = true
		})
		untilWaiting(t, rt, 1)
		writeText(t, a, "x")
		must(t, rt.Yield())
		if !read {
			t.Error("the reader did not come first")
		}
	})
}

// F9, F17: a task that is always ready keeps neither the kernel nor other tasks out: its polls have a budget.
func TestBusyStreamLetsOthersRun(t *testing.T) {
	forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
		ticks := 0
		rt.Spawn(func() {
			for rt.Yield() == nil {
				ticks++
			}
		})
		for range 2000 {
			writeText(t, a, "x")
			readText(t, b, "x")
		}
		if ticks < 10 {
			t.Errorf("another task ran %d times during 4000 operations", ticks)
		}
	})
}

// F37: a task that ignores the errors of its operations burns turns, not the loop.
func TestFailingOperationsYield(t *testing.T) {
	forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
		l := got(rt.ListenTCP("127.0.0.1:0"))(t)
		l.Close()
		closed, _ := tcpPair(t, rt)
		closed.Close()
		must(t, a.CloseRead())
		done, cancel := context.WithCancel(context.Background())
		cancel()
		ended := rt.Spawn(func() {})
		ended.Join()
		over, overLimited := rt.Group(), rt.Group()
		overLimited.SetLimit(1)
		must(t, over.Wait())
		must(t, overLimited.Wait())
		child := func() error { t.Error("a refused child runs"); return nil }
		operations := map[string]func(){
			"read after the end":    func() { a.Read(make([]byte, 1)) },
			"read after Close":      func() { closed.Read(make([]byte, 1)) },
			"zero-length read":      func() { a.Read(nil) },
			"write after Close":     func() { closed.Write([]byte("x")) },
			"zero-length write":     func() { a.Write(nil) },
			"copy after the end":    func() { a.WriteTo(b) },
			"accept after Close":    func() { l.Accept() },
			"dial without address":  func() { rt.DialTCP("") },
			"dial with refusal":     func() { rt.DialTCP(l.Addr().String()) },
			"dial unknown network":  func() { rt.Dial("tpc", "127.0.0.1:1") },
			"dial without port":     func() { rt.Dial("tcp", "127.0.0.1") },
			"dial, wrong family":    func() { rt.Dial("tcp6", "127.0.0.1:1") },
			"dial, context over":    func() { rt.DialContext(done, "tcp", "127.0.0.1:1") },
			"DialTCP, context over": func() { rt.DialTCPContext(done, "127.0.0.1:1") },
			"dial without path":     func() { rt.Dial("unix", "") },
			"look up no network":    func() { rt.LookupIP("pi", "localhost") },
			"look up no name":       func() { rt.LookupIP("ip", "") },
			"look up an address":    func() { rt.LookupIP("ip", "127.0.0.1") },
			"join after the end":    func() { ended.Join() },
			"Go after the end":      func() { over.Go(child) },
			"Go, with a limit":      func() { overLimited.Go(child) },
		}
		for name, operation := range operations {
			stop, calls := false, 0
			h := rt.Spawn(func() {
				for ; !stop && calls < 100_000; calls++ {
					operation()
				}
			})
			must(t, rt.Yield())
			must(t, rt.Yield())
			stop = true
			if _, err := h.Join(); err != nil || calls == 100_000 {
				t.Errorf("%s: it had the loop for %d calls (%v)", name, calls, err)
			}
		}
	})
}

// A wake that was under way for the task does not end its Yield before the kernel has been asked.
func TestYieldOutlastsAStrayWake(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		_, err := eddy.Await(rt, future.Func(func(cx *future.Context) (int, error) {
			cx.LocalWaker().Wake()
			return 1, nil
		}))
		must(t, err)
		before := rt.Stats().Kernel.Waits
		must(t, rt.Yield())
		if rt.Stats().Kernel.Waits == before {
			t.Error("the kernel was not asked")
		}
	})
}
