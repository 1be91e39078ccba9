package eddy

import (
	"errors"
	"net"
	"syscall"

	"github.com/eddy-go/eddy/future"
	"github.com/eddy-go/eddy/internal/kernel"
	"github.com/eddy-go/eddy/internal/reactor"
)

// ErrPartialWrite is the result of a write after another one was abandoned half-way: the peer would take these bytes
// for the rest of those.
var ErrPartialWrite = errors.New("eddy: an earlier write was abandoned after a part of it went out; close the stream")

// WriteFuture writes to a stream: TCPStream.WriteFuture makes it. Its result is the number of bytes written.
type WriteFuture struct {
	s       *TCPStream
	p       []byte
	more    net.Buffers // of WriteBuffers, after p
	written int
	busy    bool // begun and not ended
	wait    reactor.Waiter
}

// WriteFuture returns the future of a Write of p, which must stay untouched until the result. From a task.
func (s *TCPStream) WriteFuture(p []byte) *WriteFuture {
	w := &WriteFuture{s: s}
	w.begin(p)
	return w
}

// WriteBuffers writes all of the buffers, in as few system calls as it can, and removes from bufs what went out, as
// net.Buffers does. From a task.
func (s *TCPStream) WriteBuffers(bufs *net.Buffers) (int64, error) {
	w := &WriteFuture{s: s, more: append(net.Buffers(nil), *bufs...)}
	w.begin(nil)
	consume(&w.more, 0)
	_, err := Await[int](s.rt, w)
	n := w.written
	w.end()
	consume(bufs, n)
	if err != nil {
		return int64(n), s.waitError("writev", err)
	}
	return int64(n), nil
}

// writeRest awaits what is left of a Write of p, of which n bytes went out, and returns how many did in all.
func (s *TCPStream) writeRest(p []byte, n int) (int, error) {
	w := s.rt.writes.borrow()
	*w = WriteFuture{s: s, p: p[n:], written: n, busy: true}
	n, err := Await[int](s.rt, w)
	if err != nil {
		n = w.written // of an interrupted wait the future alone knows it
	}
	*w = WriteFuture{}
	s.rt.writes.giveBack(w) // not deferred: a panic may take it along
	return n, err
}

func (w *WriteFuture) begin(p []byte) { w.p, w.written, w.busy = p, 0, true }

func (w *WriteFuture) end() { w.p, w.more, w.busy = nil, nil, false }

// Written returns how many bytes went out so far. It stays valid after Cancel: a Timeout or Race over a write loses
// the count, this does not.
func (w *WriteFuture) Written() int { return w.written }

// Poll implements Future.
func (w *WriteFuture) Poll(cx *future.Context) (int, error) {
	if !w.busy {
		future.PolledAfterDone("WriteFuture")
	}
	err := w.poll(cx)
	if err != future.Pending {
		w.s.source.Write().Leave(&w.wait)
		w.end()
	}
	return w.written, err
}

func (w *WriteFuture) poll(cx *future.Context) error {
	s := w.s
	if !cx.Spend() { // as in a read
		return w.yield(cx)
	}
	if err := s.ready("write", writeDirection); err != nil {
		return err
	}
	if s.broken {
		return s.opError("write", ErrPartialWrite)
	}
	d := s.source.Write()
	for d.First(&w.wait) && (d.Ready() || w.empty()) {
		if w.empty() {
			return nil
		}
		if err := w.send(); err != nil {
			return err
		}
		if d.Ready() && !w.empty() && !cx.Spend() {
			return w.yield(cx)
		}
	}
	return s.park(cx, writeDirection, &w.wait)
}

// empty reports whether everything went out.
func (w *WriteFuture) empty() bool { return len(w.p) == 0 && len(w.more) == 0 }

// yield waits for the next turn of the loop, which Spend has arranged. A write of which a part went out keeps its place
// before all others.
func (w *WriteFuture) yield(cx *future.Context) error {
	if w.written > 0 {
		w.s.source.Write().Wait(&w.wait, cx.LocalWaker(), w.s.rt.waitingTask())
	}
	return future.Pending
}

// send makes one system call.
func (w *WriteFuture) send() error {
	n, err := 0, error(nil)
	if len(w.more) == 0 {
		n, err = w.s.send(w.p)
	} else {
		n, err = w.s.sendBuffers(w.more)
	}
	w.advance(n)
	return err
}

// send makes one system call, and returns how much of p, which is not empty, went out. Where there is no room that is
// nothing, and no error.
func (s *TCPStream) send(p []byte) (int, error) {
	n, errno := s.rt.kernel.Write(s.source.FD(), p)
	if errno != 0 {
		return 0, s.notSent(errno)
	}
	s.took(n, n < len(p))
	return n, nil
}

// sendBuffers is send for several buffers. The kernel may take fewer of them than it is given, so only the first tells
// of a short write.
func (s *TCPStream) sendBuffers(bufs net.Buffers) (int, error) {
	n, errno := s.rt.kernel.Writev(s.source.FD(), bufs)
	if errno != 0 {
		return 0, s.notSent(errno)
	}
	s.took(n, n < len(bufs[0]))
	return n, nil
}

// took notes that n bytes went out; short means that they were fewer than were handed over.
func (s *TCPStream) took(n int, short bool) {
	if short {
		s.source.ShortWrite()
	}
	s.rt.stats.bytesOut += uint64(n)
	s.sent = true
	s.moved()
}

// notSent notes that there is no room, or returns the error.
func (s *TCPStream) notSent(errno kernel.Errno) error {
	if errno != syscall.EAGAIN {
		return s.callError("write", "write", errno)
	}
	s.source.Write().Clear()
	return nil
}

func (w *WriteFuture) advance(n int) {
	w.written += n
	if len(w.more) == 0 {
		w.p = w.p[n:]
		return
	}
	consume(&w.more, n)
}

// consume removes the first n bytes of the buffers, and the empty ones before and after them.
func consume(bufs *net.Buffers, n int) {
	for len(*bufs) > 0 && n >= len((*bufs)[0]) {
		n -= len((*bufs)[0])
		(*bufs)[0] = nil
		*bufs = (*bufs)[1:]
	}
	if n > 0 {
		(*bufs)[0] = (*bufs)[0][n:]
	}
}

// Cancel implements Future. Once a part went out, the stream refuses further writes with ErrPartialWrite.
func (w *WriteFuture) Cancel() {
	w.s.source.Write().Leave(&w.wait)
	if w.written > 0 && !w.empty() {
		w.s.broken = true
		w.s.source.Write().WakeAll() // those behind it in the queue need not wait for room to fail
	}
	w.end()
}

// String says what the wait is for, in task dumps.
func (w *WriteFuture) String() string { return "write " + w.s.String() }
