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

// socket is what streams and listeners share: a registered descriptor, its addresses, and the way it is closed.
//
// Its fields belong to the loop, except closed, which Close sets from any goroutine before it posts the rest.
type socket struct {
	rt     *Runtime
	source *reactor.Source
	owner  closer
	unix   bool
	closed atomic.Bool

	local, peer           kernel.Addr
	localKnown, peerKnown bool

	next, prev *socket // in rt.sockets
}

// closer is the part of a Close that runs on the loop.
type closer interface{ closeOnLoop() }

// open registers fd as the descriptor of s. On failure fd is closed: exactly that one, nothing else is touched.
func (s *socket) open(rt *Runtime, fd int, kind reactor.Kind, owner closer) error {
	s.rt, s.owner = rt, owner
	source, err := rt.reactor.Register(fd, kind, s)
	if err != nil {
		rt.kernel.Close(fd)
		return err
	}
	s.source = source
	rt.sockets.add(s)
	return nil
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
		return s.opError(op, net.ErrClosed)
	}
	s.onLoop(s.owner.closeOnLoop)
	return nil
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

// waitingTask names whoever waits, in errors and task dumps.
func (rt *Runtime) waitingTask() fmt.Stringer {
	if t := rt.exec.Running(); t != nil {
		return t
	}
	return noTask{}
}

type noTask struct{}

func (noTask) String() string { return "no task" }

// localAddr and peerAddr ask the kernel when somebody asks them, and remember.
func (s *socket) localAddr() kernel.Addr {
	if !s.localKnown && s.source.Registered() {
		s.local, _ = s.rt.kernel.LocalAddr(s.source.FD())
		s.localKnown = true
	}
	return s.local
}

func (s *socket) peerAddr() kernel.Addr {
	if !s.peerKnown && s.source.Registered() {
		s.peer, _ = s.rt.kernel.PeerAddr(s.source.FD())
		s.peerKnown = true
	}
	return s.peer
}

// String names the socket in errors and task dumps.
func (s *socket) String() string {
	name := network(s.unix)
	if a := netAddr(s.localAddr()); a != nil {
		name += " " + a.String()
	}
	if a := netAddr(s.peer); a != nil && s.peerKnown {
		name += "->" + a.String()
	}
	return name
}

// opError wraps an error as package net does.
func (s *socket) opError(op string, err error) error {
	e := &net.OpError{Op: op, Net: network(s.unix), Err: err}
	if s.peerKnown {
		e.Source, e.Addr = netAddr(s.localAddr()), netAddr(s.peer)
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
	if !s.source.Read.First(nil) || !s.source.Write.First(nil) {
		s.localAddr() // for the errors that the waiters will return
	}
	fd = s.source.FD()
	s.rt.reactor.Deregister(s.source)
	s.rt.sockets.remove(s)
	return fd
}

// control implements SyscallConn's Control.
func (s *socket) control(f func(fd uintptr)) error {
	if s.closed.Load() {
		return s.opError("raw-control", net.ErrClosed)
	}
	f(uintptr(s.source.FD()))
	return nil
}

// setOption sets a socket option, from the loop.
func (s *socket) setOption(o kernel.Option, value int) error {
	if s.closed.Load() {
		return s.opError("set", net.ErrClosed)
	}
	if errno := s.rt.kernel.SetOption(s.source.FD(), o, value); errno != 0 {
		return s.callError("set", "setsockopt", errno)
	}
	return nil
}

// socketList is the registry of open sockets: the runtime closes what its tasks forgot.
type socketList struct{ first *socket }

func (l *socketList) add(s *socket) {
	s.next = l.first
	if l.first != nil {
		l.first.prev = s
	}
	l.first = s
}

func (l *socketList) remove(s *socket) {
	if s.prev == nil {
		l.first = s.next
	} else {
		s.prev.next = s.next
	}
	if s.next != nil {
		s.next.prev = s.prev
	}
	s.next, s.prev = nil, nil
}

func (l *socketList) closeAll() {
	for s := l.first; s != nil; {
		next := s.next
		if s.closed.CompareAndSwap(false, true) {
			s.owner.closeOnLoop()
		}
		s = next
	}
}
