package eddy

import (
	"syscall"
	"time"

	"github.com/eddy-go/eddy/future"
	"github.com/eddy-go/eddy/internal/kernel"
	"github.com/eddy-go/eddy/internal/reactor"
)

// AcceptFuture returns the future of the next connection. Cancelling it loses none. From a task.
func (l *TCPListener) AcceptFuture() Future[*TCPStream] { return &accepting{l: l} }

type accepting struct {
	l    *TCPListener
	wait reactor.Waiter
	over bool
}

func (a *accepting) Poll(cx *future.Context) (*TCPStream, error) {
	if a.over {
		future.PolledAfterDone("AcceptFuture")
	}
	s, err := a.poll(cx)
	if err != future.Pending {
		a.Cancel()
	}
	return s, err
}

func (a *accepting) poll(cx *future.Context) (*TCPStream, error) {
	l := a.l
	if !cx.Spend() { // so the accepts of a poll are bounded, and clients get their turn (F9); so are those that fail
		return nil, future.Pending
	}
	for !l.closed.Load() && l.source.Read().First(&a.wait) && l.source.Read().Ready() && !l.backoff.pausing() {
		fd, peer, errno := l.rt.kernel.Accept(l.source.FD())
		switch acceptClass(errno) {
		case acceptDone:
			s, err := newStream(l.rt, fd, l.unix)
			if err != nil {
				l.backoff.pause(err) // this one connection is closed, the listener goes on
				continue
			}
			l.backoff.succeeded()
			s.peer = peerAddrOf(peer)
			if l.unix || l.local.IP.IsValid() && !l.local.IP.Addr().IsUnspecified() {
				s.local = l.local
			}
			return s, nil
		case acceptNone:
			l.source.Read().Clear()
		case acceptNext:
			if !cx.Spend() {
				return nil, future.Pending
			}
		case acceptLater:
			l.backoff.pause(errno)
		case acceptFatal:
			return nil, l.callError("accept", "accept", errno)
		}
	}
	if l.closed.Load() {
		return nil, l.closedError("accept")
	}
	l.source.Read().Wait(&a.wait, cx.LocalWaker(), l.rt.waitingTask())
	return nil, future.Pending
}

// Cancel implements Future.
func (a *accepting) Cancel() {
	a.over = true
	a.l.source.Read().Leave(&a.wait)
}

// String says what the wait is for, in task dumps.
func (a *accepting) String() string { return "accept " + a.l.String() }

// acceptClass says what an accept's error means for the listener.
type acceptOutcome uint8

const (
	acceptDone  acceptOutcome = iota
	acceptNone                // no connection waits
	acceptNext                // that connection is gone; there may be others
	acceptLater               // the system lacks something; the connection still waits, and no edge will tell of it
	acceptFatal               // this descriptor will never accept again
)

// acceptClass sorts the errors of accept (F7, F8). Linux passes on the errors that are pending on the new connection;
// they say nothing about the listener. What is not known is taken for a lack that passes: giving up a listener is
// worse than asking again later.
func acceptClass(errno kernel.Errno) acceptOutcome {
	switch errno {
	case 0:
		return acceptDone
	case syscall.EAGAIN:
		return acceptNone
	case syscall.ECONNABORTED, syscall.ECONNRESET, syscall.EPROTO, syscall.ENOPROTOOPT, syscall.EOPNOTSUPP, syscall.EPERM,
		syscall.ENETDOWN, syscall.ENETUNREACH, syscall.EHOSTDOWN, syscall.EHOSTUNREACH, syscall.ETIMEDOUT:
		return acceptNext
	case syscall.EBADF, syscall.EINVAL, syscall.ENOTSOCK:
		return acceptFatal
	}
	return acceptLater
}

// acceptBackoff pauses a listener whose accepts fail for want of descriptors or memory. The readiness flag stays up,
// because no second edge comes for the connection that waits; the timer takes its place.
type acceptBackoff struct {
	listener *TCPListener
	timer    future.TimerID // armed while the listener pauses
	next     time.Duration  // the length of the next pause; 0 after a success
	logged   time.Duration  // when the last line was logged
}

// pausing reports whether accept should not be called now.
func (b *acceptBackoff) pausing() bool { return b.timer != 0 }

func (b *acceptBackoff) succeeded() { b.next = 0 }

// pause begins a pause, each twice as long as the one before.
func (b *acceptBackoff) pause(cause error) {
	l := b.listener
	b.next = min(max(minBackoff, 2*b.next), maxBackoff)
	now := l.rt.reactor.Now()
	b.timer = l.rt.reactor.Arm(future.After(now, b.next), future.NewWaker(b, 0).Local())
	l.rt.stats.acceptBackoffs++
	if b.logged == 0 || now-b.logged >= logEvery {
		b.logged = now
		l.rt.config.Logger.Warn("accept pauses: the system lacks something", "listener", l.String(), "error", cause, "pause", b.next, "open", l.rt.reactor.Sources())
	}
}

// WakeLocal implements future.Target for the timer.
func (b *acceptBackoff) WakeLocal(uint64) {
	b.timer = 0
	b.listener.source.Read().WakeAll()
}

// Wake is never used: timers fire on the loop.
func (b *acceptBackoff) Wake(key uint64) { b.WakeLocal(key) }

func (b *acceptBackoff) stop() {
	b.listener.rt.reactor.Disarm(b.timer)
	b.timer = 0
}
