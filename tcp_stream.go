package eddy

import (
	"io"
	"net"
	"sync/atomic"

	"github.com/eddy-go/eddy/future"
	"github.com/eddy-go/eddy/internal/kernel"
	"github.com/eddy-go/eddy/internal/reactor"
)

// TCPStream is a connection, over TCP or a Unix socket. It is a net.Conn whose methods are for tasks of its runtime:
// they park the task instead of blocking the thread. Only Close and the setting of deadlines are for any goroutine;
// Runtime.NetConn is for code that insists on goroutines.
//
// One task may read while another writes. Two reads that wait at once are an error; writes queue, each whole.
type TCPStream struct {
	socket
	extras atomic.Pointer[extras] // nil: none
	reader reactor.Waiter         // of Read and WriteTo, and of PollRead

	to     *TCPStream // where a WriteTo that waits copies to, if that is a stream
	passed int64      // what the loop has copied there since the task was resumed

	ended     bool // reads return EOF: it was read, or CloseRead was called
	peerEnded bool // EOF was read
	sent      bool // something was written: closing must not lose it
	broken    bool // a partial write was abandoned: nothing may follow it

	readPolled bool // the reader is queued, and PollRead's
}

var _ net.Conn = (*TCPStream)(nil)

// newStream takes over fd, a connected socket. On failure it is closed.
func newStream(rt *Runtime, fd int, unix bool) (*TCPStream, error) {
	s := &TCPStream{socket: socket{unix: unix}}
	if err := s.open(rt, fd, kindOf(rt, unix), s); err != nil {
		return nil, err
	}
	return s, nil
}

// Read reads what is there, up to len(p) bytes, and waits while nothing is. At the end of the stream it returns
// io.EOF; other errors are *net.OpError. From a task.
func (s *TCPStream) Read(p []byte) (int, error) {
	if len(p) == 0 {
		err := s.rt.exec.Current("Read").Spend()
		if err == nil {
			err = s.ready("read", readDirection)
		}
		return 0, s.waitError("read", err)
	}
	for w := (readWait{}); ; {
		if err := s.awaitReadable(&w); err != nil {
			return 0, s.waitError("read", err)
		}
		if s.ended {
			return 0, io.EOF
		}
		if n, err := s.receive(p); err != future.Pending {
			return n, err
		}
	}
}

// Write writes all of p, and waits while there is no room. If it fails it returns how much went out. Several writes
// queue, and each goes out whole. From a task.
func (s *TCPStream) Write(p []byte) (n int, err error) {
	err = s.rt.exec.Current("Write").Spend() // it may park, and another task begin a Write: so it comes first
	if err == nil && len(p) > 0 && s.clearToWrite() {
		// send, written out: a function less to return through behind the call.
		var errno kernel.Errno
		if n, errno = s.rt.kernel.Write(s.source.FD(), p); errno != 0 {
			err = s.notSent(errno)
		} else {
			s.took(n, n < len(p))
		}
	}
	if err == nil && (n < len(p) || n == 0) {
		n, err = s.writeRest(p, n)
	}
	if err != nil {
		return n, s.waitError("write", err)
	}
	return n, nil
}

// clearToWrite reports whether a call may be made at once: nothing has ended the write direction, its flag is up, and
// nobody queues. It is the short way past the future of a write, which finds out why where it is closed.
func (s *TCPStream) clearToWrite() bool {
	d := s.source.Write()
	return d.Ready() && d.First(nil) && !s.broken && s.clearFor(writeDirection)
}

// Close ends the stream and never waits: what was written still goes out, and reads and writes that wait return an
// error that wraps net.ErrClosed. A second Close returns that error itself. From any goroutine.
func (s *TCPStream) Close() error { return s.close("close") }

// CloseWrite ends the write direction: the peer reads io.EOF. From a task.
func (s *TCPStream) CloseWrite() error { return s.shutdown(kernel.ShutWrite) }

// CloseRead ends the read direction: reads return io.EOF, those that wait too. The peer of a Unix socket learns of it
// when it writes. TCP cannot tell its peer, and the kernel is not told either: it would report an end to Close, which
// has to see the peer's own (F13). From a task.
func (s *TCPStream) CloseRead() error {
	switch {
	case s.closed.Load():
		return s.closedError("close")
	case s.unix:
		if err := s.shutdown(kernel.ShutRead); err != nil {
			return err
		}
	}
	s.ended = true
	s.source.Read().WakeAll()
	return nil
}

func (s *TCPStream) shutdown(how kernel.How) error {
	if s.closed.Load() {
		return s.closedError("close")
	}
	if errno := s.rt.kernel.Shutdown(s.source.FD(), how); errno != 0 {
		return s.callError("close", "shutdown", errno)
	}
	return nil
}

// LocalAddr returns this end's address, a *net.TCPAddr or *net.UnixAddr. From a task.
func (s *TCPStream) LocalAddr() net.Addr { return netAddr(s.localAddr()) }

// RemoteAddr returns the peer's address, a *net.TCPAddr or *net.UnixAddr. From a task.
func (s *TCPStream) RemoteAddr() net.Addr { return netAddr(s.peer.addr()) }

// clearFor reports whether ready returns nil, as it nearly always does, and has nothing to settle before.
func (s *TCPStream) clearFor(w whichDirection) bool {
	x := s.extras.Load()
	return !s.closed.Load() && (x == nil || !x.unsettled() && !x.overdue(w))
}

// ready returns the error with which a read or a write fails before it asks the kernel.
func (s *TCPStream) ready(op string, w whichDirection) error {
	if s.clearFor(w) {
		return nil
	}
	x := s.extras.Load()
	if x != nil && x.unsettled() && !s.closed.Load() {
		s.rt.exec.TakeIn() // where threads cannot be told apart a task's own call is posted, and holds for its next read all the same
	}
	switch {
	case s.closed.Load():
		return s.closedError(op)
	case x != nil && x.overdue(w):
		return s.timedOut(op)
	}
	return nil
}

// end notes that EOF was read.
func (s *TCPStream) end() { s.ended, s.peerEnded = true, true }

// moved notes that bytes went in or out.
func (s *TCPStream) moved() {
	if x := s.extras.Load(); x != nil {
		x.idle.last = s.rt.reactor.Sample()
	}
}
