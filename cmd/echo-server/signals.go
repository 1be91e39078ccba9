package main

import (
	"os"
	"os/signal"
	"slices"
	"syscall"

	"github.com/eddy-go/eddy"
)

// signals brings the process's signals to the loop. Its goroutine touches nothing of the server: what is to be done
// goes through the handle and runs as a task.
type signals struct {
	received chan os.Signal
	handle   *eddy.Handle
	server   *server
	ended    chan struct{} // closed when forward has returned
}

// stopSignals end the server.
func stopSignals() []os.Signal { return []os.Signal{os.Interrupt, syscall.SIGTERM} }

// watchSignals starts to listen. It takes over the handle.
func watchSignals(h *eddy.Handle, s *server) *signals {
	// Room for a signal of each kind: os/signal drops what finds no room.
	w := &signals{received: make(chan os.Signal, 8), handle: h, server: s, ended: make(chan struct{})}
	signal.Notify(w.received, append(stopSignals(), s.requestSignals()...)...)
	go w.forward()
	return w
}

// stop ends the goroutine. A signal that comes later has its default effect again.
func (w *signals) stop() {
	signal.Stop(w.received)
	close(w.received)
	<-w.ended
	w.handle.Release()
}

// forward is the goroutine that takes in signals, from before the loop starts until after it has ended. The first
// signal to stop is a request to the server; a second one ends the runtime, whatever the server waits for.
func (w *signals) forward() {
	defer close(w.ended)
	s, stops := w.server, 0
	for sig := range w.received {
		switch {
		case !slices.Contains(stopSignals(), sig):
			w.spawn(s.answerTo(sig))
		case stops == 0:
			stops++
			w.spawn(s.askToStop)
		default:
			s.log.Warn("a second signal: the clients are not waited for", "signal", sig.String())
			w.handle.Shutdown()
		}
	}
}

// spawn leaves fn for the loop. It fails only when the loop is stuck or has ended; then the next signal is worth more.
func (w *signals) spawn(fn func()) {
	if err := w.handle.Spawn(fn); err != nil {
		w.server.log.Error("a signal was lost", "error", err)
	}
}
