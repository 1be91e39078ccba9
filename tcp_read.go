package eddy

import (
	"io"
	"syscall"

	"github.com/eddy-go/eddy/future"
	"github.com/eddy-go/eddy/internal/kernel"
	"github.com/eddy-go/eddy/internal/reactor"
)

// ReadFuture reads once from a stream: TCPStream.ReadFuture makes it. A read that is cancelled has consumed nothing.
type ReadFuture struct {
	s    *TCPStream
	p    []byte
	busy bool // begun and not ended
	wait reactor.Waiter
}

// ReadFuture returns the future of one Read into p, which must stay untouched until the result. From a task.
func (s *TCPStream) ReadFuture(p []byte) *ReadFuture {
	r := &ReadFuture{s: s}
	r.begin(p)
	return r
}

func (r *ReadFuture) begin(p []byte) { r.p, r.busy = p, true }

// end lets go of the buffer: the stream keeps none alive between reads.
func (r *ReadFuture) end() { r.p, r.busy = nil, false }

// Poll implements Future.
func (r *ReadFuture) Poll(cx *future.Context) (int, error) {
	if !r.busy {
		future.PolledAfterDone("ReadFuture")
	}
	n, err := r.poll(cx)
	if err != future.Pending {
		r.Cancel()
	}
	return n, err
}

func (r *ReadFuture) poll(cx *future.Context) (int, error) {
	s := r.s
	if !cx.Spend() { // a read that fails costs too: a task that ignores its errors burns turns, not the loop
		return 0, future.Pending
	}
	if err := s.ready("read", readDirection); err != nil {
		return 0, err
	}
	if len(r.p) == 0 {
		return 0, nil
	}
	for s.source.Read().Ready() && s.source.Read().First(&r.wait) {
		if s.ended {
			return 0, io.EOF
		}
		if n, err := s.receive(r.p); err != future.Pending {
			return n, err
		}
	}
	if s.ended {
		return 0, io.EOF
	}
	return 0, s.park(cx, readDirection, &r.wait)
}

// urgentRetries is how often a read is made again after EAGAIN on a stream that has had urgent data. Linux gives that
// answer at an urgent mark, whatever lies behind it, if a signal is pending, and Go's scheduler sends some. The signal is
// delivered on the way out of the call, so the next answer is about the bytes, unless another signal has come within the
// microsecond (F31). Picked.
const urgentRetries = 4

// receive makes one system call. Its error is Pending when nothing was there.
func (s *TCPStream) receive(p []byte) (int, error) {
	n, errno := s.rt.kernel.Read(s.source.FD(), p)
	return s.received(p, n, errno)
}

// received notes what a read has told of the flag.
func (s *TCPStream) received(p []byte, n int, errno kernel.Errno) (int, error) {
	for again := 0; errno == syscall.EAGAIN && s.source.Urgent() && again < urgentRetries; again++ {
		n, errno = s.rt.kernel.Read(s.source.FD(), p)
	}
	switch {
	case errno == syscall.EAGAIN:
		s.source.Read().Clear()
		return 0, future.Pending
	case errno != 0:
		return 0, s.callError("read", "read", errno)
	case n == 0:
		s.end()
		return 0, io.EOF
	}
	s.tookIn(n, n < len(p))
	return n, nil
}

// tookIn notes that n bytes came; short means that there was room for more.
func (s *TCPStream) tookIn(n int, short bool) {
	if short {
		s.source.ShortRead()
	}
	s.rt.stats.bytesIn += uint64(n)
	s.moved()
}

// Cancel implements Future.
func (r *ReadFuture) Cancel() {
	r.s.source.Read().Leave(&r.wait)
	r.end()
}

// String says what the wait is for, in task dumps.
func (r *ReadFuture) String() string { return "read " + r.s.String() }
