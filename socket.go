package eddy

import (
	"errors"
	"fmt"
	"net"
	"os"
	"sync/atomic"

	"github.com/eddy-go/eddy/internal/executor"
	"github.com/eddy-go/eddy/internal/kernel"
	"github.com/eddy-go/eddy/internal/reactor"
)

// socket is what streams and listeners share: a registered descriptor, its addresses, and the way it is closed. It lives
// inside its owner, and the source inside it: an idle connection is one object.
//
// Its fields belong to the loop, except closed, which Close sets from any goroutine before it posts the rest.
type socket struct {
	source reactor.Source // its owner is the stream or the listener
	rt     *Runtime
	local  *kernel.Addr // nil until somebody wanted to know; never changed, so a listener and its streams share one
	peer   peerAddr     // a stream's, from the first moment on
	closed atomic.Bool  // Close was called
	gone   bool         // and has been carried out
	unix   bool
}

// owner is what a socket is the core of.
type owner interface {
	fmt.Stringer
	closeNow()
	// closeOnLoop is the owner's part of that.
	closeOnLoop()
}

// open registers fd as the descriptor of s. On failure fd is closed: exactly that one, nothing else is touched.
func (s *socket) open(rt *Runtime, fd int, kind reactor.Kind, o owner) error {
	s.rt = rt
	err := rt.reactor.Register(&s.source, fd, kind, o)
	if err != nil {
		rt.kernel.Close(fd)
	}
	return err
}

// kindOf returns what a short read proves on a socket. Only epoll tells of urgent data, so only there anything at all.
func kindOf(rt *Runtime, unix bool) reactor.Kind {
	if unix || !rt.kernel.ReportsUrgent() {
		return reactor.Other
	}
	return reactor.TCP
}

// close ends the socket, from any goroutine. The error is that of a second close.
func (s *socket) close(op string) error {
	if !s.closed.CompareAndSwap(false, true) {
		return s.closedError(op)
	}
	if s.rt.onLoop() { // the frequent case, without a closure
		s.closeNow()
	} else {
		s.rt.exec.Post(s.closeNow)
	}
	return nil
}

// closeNow is close for callers on the loop, whoever has asked for it. It does its work once: a close that another
// goroutine has posted may come after the runtime has closed everything.
func (s *socket) closeNow() {
	s.closed.Store(true)
	if s.gone {
		return
	}
	s.gone = true
	s.localAddr() // a closed net.Conn still knows its addresses
	s.source.Owner().(owner).closeOnLoop()
}

// closedError is the error of a call on a closed socket. Other goroutines see no addresses: those belong to the loop.
func (s *socket) closedError(op string) error {
	if s.rt.onLoop() {
		return s.opError(op, net.ErrClosed)
	}
	return &net.OpError{Op: op, Net: network(s.unix), Err: net.ErrClosed}
}

// onLoop runs fn on the loop: now, if the caller is there, else at its next turn. It reports false when the runtime
// has ended.
func (s *socket) onLoop(fn func()) bool {
	if s.rt.onLoop() {
		fn()
		return true
	}
	return s.rt.exec.Post(fn)
}

// onLoop reports whether the caller is known to run on the loop.
func (rt *Runtime) onLoop() bool {
	return rt.phase.Load() == phaseRunning && rt.exec.OnLoopThread()
}

// waitingTask names whoever waits, in errors.
func (rt *Runtime) waitingTask() fmt.Stringer { return rt.exec.Running() }

// localAddr asks the kernel when somebody wants to know, and remembers. A socket that could not be registered is asked
// for its name all the same.
func (s *socket) localAddr() kernel.Addr {
	if s.local == nil {
		if !s.source.Registered() {
			return kernel.Addr{}
		}
		local, _ := s.rt.kernel.LocalAddr(s.source.FD())
		s.local = &local
	}
	return *s.local
}

// String names the socket in errors and task dumps.
func (s *socket) String() string {
	name := network(s.unix)
	if a := netAddr(s.localAddr()); a != nil {
		name += " " + a.String()
	}
	if a := netAddr(s.peer.addr()); a != nil {
		name += "->" + a.String()
	}
	return name
}

// opError wraps an error as package net does.
func (s *socket) opError(op string, err error) error {
	e := &net.OpError{Op: op, Net: network(s.unix), Err: err}
	if s.peer.known() {
		e.Source, e.Addr = netAddr(s.localAddr()), netAddr(s.peer.addr())
	} else {
		e.Addr = netAddr(s.localAddr())
	}
	return e
}

// callError wraps the error number of a system call.
func (s *socket) callError(op, call string, errno kernel.Errno) error {
	return s.opError(op, os.NewSyscallError(call, errno))
}

// waitError wraps the bare error of an interrupted wait; errors of the operation itself are wrapped already.
func (s *socket) waitError(op string, err error) error {
	if errors.Is(err, executor.ErrCanceled) || err == os.ErrDeadlineExceeded {
		return s.opError(op, err)
	}
	return err
}

// leave takes the socket out of everything: waiters wake, the token goes stale. The descriptor is the caller's again.
func (s *socket) leave() (fd int) {
	s.rt.reactor.Deregister(&s.source)
	return s.source.FD()
}

// errSimulated is the result of asking for what the system would have to know: a simulated socket's number names nothing
// there, or something else.
var errSimulated = fmt.Errorf("a simulated socket has no descriptor of the system's: %w", errors.ErrUnsupported)

// descriptorFor returns the error with which op fails to hand out the descriptor, if it must.
func (s *socket) descriptorFor(op string) error {
	switch {
	case s.closed.Load():
		return s.closedError(op)
	case s.rt.world != nil:
		return s.opError(op, errSimulated)
	}
	return nil
}

// control implements SyscallConn's Control.
func (s *socket) control(f func(fd uintptr)) error {
	if s.closed.Load() {
		return s.closedError("raw-control")
	}
	f(uintptr(s.source.FD()))
	return nil
}

// setOption sets a socket option, from the loop.
func (s *socket) setOption(o kernel.Option, value int) error {
	if s.closed.Load() {
		return s.closedError("set")
	}
	if errno := s.rt.kernel.SetOption(s.source.FD(), o, value); errno != 0 {
		return s.callError("set", "setsockopt", errno)
	}
	return nil
}

// closeSockets closes what the tasks forgot, and what other goroutines wanted to close too late.
func (rt *Runtime) closeSockets() {
	rt.reactor.EachSource(func(s *reactor.Source) { s.Owner().(owner).closeNow() })
}
