//go:build unix

package eddy_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/internal/kernel"
)

// The end of its context ends a goroutine's dial though the loop has not begun to run, and may never.
func TestDialContextEndsBeforeTheLoopRuns(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		rt := newRuntime(t, eddy.Config{}, k)
		h := rt.Handle()
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		c, err := h.DialContext(ctx, "tcp", "127.0.0.1:1")
		wantDialEnd(t, c, err, context.DeadlineExceeded)
		if ne, ok := errors.AsType[net.Error](err); !ok || !ne.Timeout() {
			t.Errorf("no timeout: %v", err)
		}
		h.Release()
		blockOn(t, rt, func(t *testing.T, rt *eddy.Runtime) {
			until(t, rt, "the abandoned dial has ended", func() bool { return len(rt.Tasks()) == 1 })
		})
	})
}

// The same while a task keeps the loop.
func TestDialContextEndsWhileTheLoopIsBusy(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		l := startLoop(t, k)
		listener := l.listen(t, "tcp")
		holds, free := make(chan struct{}), make(chan struct{})
		must(t, l.handle.Spawn(func() {
			close(holds)
			<-free
		}))
		<-holds
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		c, err := l.handle.DialContext(ctx, "tcp", listener.Addr().String())
		close(free)
		wantDialEnd(t, c, err, context.DeadlineExceeded)
		must(t, listener.Close())
	})
}

// A connection that comes about after the goroutine has given up is closed: its peer reads the end.
func TestDialContextClosesWhatNobodyTakes(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		gaveUp := make(chan struct{})
		dialed := false
		l := startLoop(t, &scriptedKernel{Kernel: k, dial: func(a kernel.Addr, o kernel.DialOptions) (int, bool, error) {
			fd, connected, err := k.Dial(a, o)
			cancel() // in the midst of the only poll that the dial of a Unix socket takes
			<-gaveUp
			dialed = true
			return fd, connected, err
		}})
		listener := l.listen(t, "unix")
		c, err := l.handle.DialContext(ctx, "unix", listener.Addr().String())
		close(gaveUp)
		wantDialEnd(t, c, err, context.Canceled)
		server := got(listener.Accept())(t)
		if n, err := server.Read(make([]byte, 1)); n != 0 || err != io.EOF {
			t.Errorf("the peer read %d, %v", n, err)
		}
		l.do(t, func(rt *eddy.Runtime) {
			if !dialed {
				t.Error("the dial did not come about")
			}
			until(t, rt, "the dial has ended", func() bool { return len(rt.Tasks()) == 4 }) // main, this one, both adapters that are open
		})
		must(t, server.Close())
		must(t, listener.Close())
	})
}

// The error of a dial that its context has ended wraps both what context.Context.Err returns and the cause, whatever
// made the context, and whether a goroutine dials or a task.
func TestDialContextTellsWhyItEnded(t *testing.T) {
	mine := errors.New("mine")
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		l := startLoop(t, k)
		address := l.listen(t, "tcp").Addr().String()
		var ofTask context.Context
		l.do(t, func(rt *eddy.Runtime) {
			task := rt.Spawn(func() {
				ofTask = rt.Context()
				rt.Sleep(time.Hour)
			})
			must(t, rt.Yield())
			task.Cancel()
			task.Join()
		})
		custom, cancel := context.WithCancelCause(t.Context())
		cancel(mine)
		late, stop := context.WithDeadlineCause(t.Context(), time.Unix(1, 0), mine)
		defer stop()
		for _, ended := range []struct {
			ctx     context.Context
			wants   []error
			timeout bool
		}{
			{ofTask, []error{context.Canceled, eddy.ErrCanceled}, false},
			{custom, []error{context.Canceled, mine}, false},
			{late, []error{context.DeadlineExceeded, mine}, true},
		} {
			check := func(c net.Conn, err error) {
				wantDialEnd(t, c, err, ended.wants...)
				if ne, ok := errors.AsType[net.Error](err); !ok || ne.Timeout() != ended.timeout {
					t.Errorf("timeout must be %v: %v", ended.timeout, err)
				}
			}
			check(l.handle.DialContext(ended.ctx, "tcp", address))
			check(l.handle.DialContext(lagging{ended.ctx}, "tcp", address))
			l.do(t, func(*eddy.Runtime) { check(l.handle.DialContext(ended.ctx, "tcp", address)) })
		}
	})
}

// lagging is a context whose Err is ahead of its Done, so the loop notices its end before the goroutine does.
type lagging struct{ context.Context }

func (lagging) Done() <-chan struct{} { return make(chan struct{}) }

// The end of a dial that waits has the same error: it is the loop's or the goroutine's, whoever comes first.
func TestDialContextTellsWhyAWaitEnded(t *testing.T) {
	mine := errors.New("mine")
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		ctx, cancel := context.WithCancelCause(t.Context())
		rt := newRuntime(t, eddy.Config{LookupIP: func(ctx context.Context, _, _ string) ([]netip.Addr, error) {
			cancel(mine)
			<-ctx.Done()
			return nil, ctx.Err()
		}}, k)
		blockOn(t, rt, func(t *testing.T, rt *eddy.Runtime) {
			h := rt.Handle()
			defer h.Release()
			dialed := make(chan struct{})
			go func() {
				defer close(dialed)
				c, err := h.DialContext(ctx, "tcp", "eddy.invalid:80")
				wantDialEnd(t, c, err, context.Canceled, mine)
			}()
			_, err := eddy.Await(rt, eddy.Offload(rt, func() (struct{}, error) { <-dialed; return struct{}{}, nil }))
			must(t, err)
		})
	})
}

// What a caller gets wrong is told to the caller, on a goroutine and in a task.
func TestDialContextMisuse(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		l := startLoop(t, k)
		listener := l.listen(t, "tcp")
		released := l.rt.Handle()
		released.Release()
		var none context.Context
		misuse := func() {
			wantPanic(t, "DialContext", func() { l.handle.DialContext(none, "tcp", "127.0.0.1:1") }, "nil context")
			if c, err := released.DialContext(context.Background(), "tcp", listener.Addr().String()); c != nil || !isClosed(err) {
				t.Errorf("after Release: %v, %v", c, err)
			}
		}
		misuse()
		l.do(t, func(*eddy.Runtime) { misuse() })
	})
}

func wantDialEnd(t *testing.T, c net.Conn, err error, wants ...error) {
	t.Helper()
	var oe *net.OpError
	if c != nil || !errors.As(err, &oe) || oe.Op != "dial" {
		t.Errorf("got %v, %v; want the net.OpError of a dial", c, err)
	}
	for _, want := range wants {
		if !errors.Is(err, want) {
			t.Errorf("got %v; want %v in it", err, want)
		}
	}
}
