package main

import (
	"os"
	"os/signal"
	"sync/atomic"

	"github.com/eddy-go/eddy"
)

// interruption brings the signals that end a run to its runtime: the first one as a request, a second one ends the
// runtime. Its goroutine touches nothing of the run.
type interruption struct {
	received chan os.Signal
	handle   *eddy.Handle
	second   atomic.Bool
	ended    chan struct{}
}

// interruptOn starts to listen. It takes over the handle; interrupt runs as a task.
func interruptOn(h *eddy.Handle, interrupt func()) *interruption {
	i := &interruption{received: make(chan os.Signal, 2), handle: h, ended: make(chan struct{})}
	signal.Notify(i.received, stopSignals()...)
	go func() {
		defer close(i.ended)
		first := true
		for range i.received {
			if first && i.handle.Spawn(interrupt) == nil {
				first = false
				continue
			}
			i.second.Store(true)
			i.handle.Shutdown()
		}
	}()
	return i
}

// forced reports whether a second signal has come.
func (i *interruption) forced() bool { return i.second.Load() }

// stop ends the listening. A signal that comes later has its default effect again.
func (i *interruption) stop() {
	signal.Stop(i.received)
	close(i.received)
	<-i.ended
	i.handle.Release()
}
