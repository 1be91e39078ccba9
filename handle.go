package eddy

import "sync/atomic"

// Handle is what another goroutine may hold of a runtime: its methods are for any goroutine. While one is open the
// runtime never counts as deadlocked, because the holder may spawn something; so release it.
type Handle struct {
	rt       *Runtime
	released atomic.Bool
}

// Handle returns a new handle, which is open until its Release. From any goroutine, before BlockOn too.
func (rt *Runtime) Handle() *Handle {
	rt.handles.Add(1)
	return &Handle{rt: rt}
}

// Spawn has fn started as a task. It returns at once; fn may not run if the runtime ends before. The error is ErrBusy
// while Config.MaxPosted functions wait for the loop, and ErrClosed after Release or once the runtime shuts down. From
// any goroutine.
func (h *Handle) Spawn(fn func()) error {
	if h.released.Load() {
		return ErrClosed
	}
	return h.rt.exec.PostSpawn(fn)
}

// Shutdown ends the runtime as the return of its main function does: all tasks, the main one too, are cancelled and
// have Config.Grace to end. It returns at once; BlockOn tells the end. From any goroutine, any number of times.
func (h *Handle) Shutdown() {
	h.rt.exec.Post(func() { h.rt.stopAsked = true })
}

// Release gives the handle back. From any goroutine; a second Release does nothing.
func (h *Handle) Release() {
	if h.released.CompareAndSwap(false, true) {
		h.rt.releaseHandle()
	}
}

// releaseHandle counts one handle less.
func (rt *Runtime) releaseHandle() {
	if rt.handles.Add(-1) == 0 {
		rt.exec.Post(func() {}) // the loop may sleep in the belief that something can still come from outside
	}
}
