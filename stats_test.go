//go:build unix

package eddy_test

import (
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/future"
	"github.com/eddy-go/eddy/internal/kernel"
)

// Every counter moves when there is a reason, and what it holds now goes back.
func TestStatsMove(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		stale := &scriptedKernel{Kernel: k}
		stale.wait = func(events []kernel.Event, timeout time.Duration) (int, kernel.Errno) {
			stale.wait = nil
			events[0] = kernel.Event{Token: 12345, Ready: kernel.Readable}
			return 1, 0
		}
		noDescriptor := true
		stale.accept = func(fd int) (int, kernel.Addr, kernel.Errno) {
			if noDescriptor {
				noDescriptor = false
				return -1, kernel.Addr{}, syscall.EMFILE
			}
			return k.Accept(fd)
		}
		rt := newRuntime(t, eddy.Config{OnPanic: func(eddy.TaskInfo, *eddy.PanicError) {}}, stale)
		blockOn(t, rt, func(t *testing.T, rt *eddy.Runtime) {
			a, b := tcpPair(t, rt)
			writeText(t, a, "x")
			readText(t, b, "x")
			writeText(t, b, "unread")
			must(t, rt.Yield())
			must(t, a.SetReadDeadline(rt.Now().Add(-1)))
			a.Read(make([]byte, 1))
			rt.Spawn(func() { panic("counted") })
			must(t, rt.Yield())
			_, err := eddy.Await(rt, eddy.Future[struct{}](&lost{outside: func(w future.Waker) { go w.Wake() }}))
			must(t, err)
			eddy.SpawnFuture(rt, eddy.Sleep(time.Hour))
			b.Close()
			must(t, rt.Yield())
			s := rt.Stats()
			for _, field := range []string{"Turns", "Polls", "Wakes", "Posts", "Spawned", "Tasks", "Sources", "Timers", "Closing", "Panics", "RejectedEvents", "AcceptBackoffs", "Timeouts"} {
				if reflect.ValueOf(s).FieldByName(field).IsZero() {
					t.Errorf("%s is 0", field)
				}
			}
			calls := reflect.ValueOf(s.Kernel)
			for i := range calls.NumField() {
				if calls.Field(i).IsZero() {
					t.Errorf("Kernel.%s is 0", calls.Type().Field(i).Name)
				}
			}
		})
		if s := rt.Stats(); s.Tasks+s.Sources+s.Timers+s.Closing != 0 {
			t.Errorf("after the end: %+v", s)
		}
	})
}

// Kicks count the posts that had to end the loop's sleep.
func TestStatsCountKicks(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		k, asleep := sleepSignal(k)
		blockOn(t, newRuntime(t, eddy.Config{}, k), func(t *testing.T, rt *eddy.Runtime) {
			_, err := eddy.Await(rt, eddy.Future[struct{}](&lost{outside: func(w future.Waker) {
				go func() { <-asleep; w.Wake() }()
			}}))
			must(t, err)
			if s := rt.Stats(); s.Kicks != 1 || s.Posts != 1 {
				t.Errorf("%d kicks, %d posts", s.Kicks, s.Posts)
			}
		})
	})
}

// Tasks tells what each task waits for, by names that lead to the code.
func TestTasksTellWaits(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		a, b := tcpPair(t, rt)
		c, _ := tcpPair(t, rt)
		l := got(rt.ListenTCP("127.0.0.1:0"))(t)
		fill(t, rt, a)
		goOn := make(chan struct{})
		waits := map[string]func(){
			"read tcp " + a.LocalAddr().String() + "->" + a.RemoteAddr().String(): func() { a.Read(make([]byte, 1)) },
			"write tcp ":                      func() { a.Write([]byte("x")) },
			"accept tcp " + l.Addr().String(): func() { l.AcceptTCP() },
			"readable tcp ":                   func() { eddy.Await(rt, c.Readable()) },
			"offloaded ":                      func() { eddy.Await(rt, eddy.Offload(rt, func() (int, error) { <-goOn; return 0, nil })) },
		}
		for _, run := range waits {
			rt.Spawn(run)
		}
		untilWaiting(t, rt, len(waits))
		var all strings.Builder
		for _, task := range rt.Tasks() {
			all.WriteString(task.String() + "\n")
		}
		for what := range waits {
			if want := "waiting for " + what; !strings.Contains(all.String(), want) {
				t.Errorf("%q is not in:\n%s", want, all.String())
			}
		}
		if !strings.Contains(all.String(), "running") {
			t.Errorf("no task runs:\n%s", all.String())
		}
		close(goOn)
		a.Close()
		b.Close()
		l.Close()
	})
}
