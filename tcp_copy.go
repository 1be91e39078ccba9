package eddy

import (
	"io"

	"github.com/eddy-go/eddy/future"
)

// WriteTo copies from the stream to w until the end of the stream, and returns how many bytes w took. It implements
// io.WriterTo, so io.Copy(w, stream) uses it, and io.Copy(stream, stream) is the fastest echo: where w is a stream of the
// same runtime the loop moves the bytes itself, and resumes the task only for what is not everyday. It holds a buffer only
// while there is data, none while it waits for the peer. From a task.
func (s *TCPStream) WriteTo(w io.Writer) (total int64, err error) {
	var wait readWait
	if to, ok := w.(*TCPStream); ok && to.rt == s.rt {
		wait.to = to
	}
	for {
		if err := s.awaitReadable(&wait); err != nil {
			return total + wait.passed, s.waitError("read", err)
		}
		n, err := s.passOn(w)
		total += int64(n) + wait.passed
		wait.waited = wait.waited && n == 0
		wait.passed = 0
		if err != nil || s.ended {
			return total, err
		}
	}
}

// passOn moves what is there to w. A readiness that proves false moves nothing, and neither does the end.
func (s *TCPStream) passOn(w io.Writer) (int, error) {
	if s.rt.leftover.buf != nil {
		return s.finish(w.(*TCPStream))
	}
	if s.ended {
		return 0, nil
	}
	buf := s.rt.buffers.borrow()
	// receive, written out: a function less to return through behind the call.
	n, errno := s.rt.kernel.Read(s.source.FD(), buf[:])
	n, err := s.received(buf[:], n, errno)
	if n > 0 {
		read := n
		if n, err = w.Write(buf[:n]); err == nil && n < read {
			err = io.ErrShortWrite
		}
	} else if err == io.EOF || err == future.Pending {
		err = nil
	}
	s.rt.buffers.giveBack(buf) // not deferred: a panic may take the buffer along
	return n, err
}

// copying is a stream as what a WriteTo to another one, or to the same, waits for. The loop copies in its place.
type copying TCPStream

func (c *copying) String() string { return (*reading)(c).String() }

// leftover is what a copying hands to its task, which is resumed at once: between the two nothing else runs.
type leftover struct {
	buf  *[bufferSize]byte // nil: nothing is left
	read []byte            // of buf: what was read
	sent int               // how much of that went out
	err  error             // with which the reading has ended, or the writing failed
}

// Step implements executor.Stepper: it reads and writes as the task would, without the task. Where something is to be
// waited for, to be reported or to be looked into, it leaves that to the task, which finds all as it would have itself.
//
// So it has no waits, no words and few functions: each that returns behind a system call costs some 10 ns.
func (c *copying) Step(cx *future.Context) bool {
	s := (*TCPStream)(c)
	rt, to := s.rt, s.to
	if !s.clearToRead() || !to.clearToWrite() {
		return false
	}
	for s.source.Read().Ready() { // what else was clear stays so; what other goroutines set holds from the next turn on
		for range 2 { // a read and a write
			if !cx.Spend() {
				return true
			}
		}
		buf := rt.buffers.borrow()
		n, errno := rt.kernel.Read(s.source.FD(), buf[:])
		var err error
		if errno == 0 && n > 0 {
			s.tookIn(n, n < len(buf))
		} else {
			n, err = s.received(buf[:], n, errno)
		}
		sent := 0
		if n > 0 {
			if sent, errno = rt.kernel.Write(to.source.FD(), buf[:n]); errno != 0 {
				err = to.notSent(errno)
			} else {
				to.took(sent, sent < n)
			}
			s.passed += int64(sent)
		}
		switch {
		case err == nil && sent == n:
			rt.buffers.giveBack(buf)
		case err == future.Pending: // of the read: the readiness was false
			rt.buffers.giveBack(buf)
			return true
		default:
			rt.leftover = leftover{buf: buf, read: buf[:n], sent: sent, err: err}
			return false
		}
	}
	return true
}

// finish is the task's part of a copy that the loop could not end.
func (s *TCPStream) finish(to *TCPStream) (int, error) {
	l := s.rt.leftover
	s.rt.leftover = leftover{}
	n, err := 0, l.err // n: beyond what the loop has counted
	switch err {
	case nil:
		if l.sent == 0 {
			n, err = to.Write(l.read)
			break
		}
		// The write has begun: it keeps its place before all others, and if it is abandoned nothing may follow.
		if n, err = to.writeRest(l.read, l.sent); err != nil {
			err = to.waitError("write", err)
		}
		n -= l.sent
	case io.EOF:
		err = nil
	}
	s.rt.buffers.giveBack(l.buf)
	return n, err
}

// clearToRead reports whether nothing but the flag can keep the task from reading. It does not say why not.
func (s *TCPStream) clearToRead() bool { return !s.ended && s.clearFor(readDirection) }

// ReadFrom copies from r to the stream until r's end, and returns how many bytes the stream took. It implements
// io.ReaderFrom, so io.Copy(stream, r) uses it. It holds a buffer to its end, because it cannot know when r waits;
// where r is a *TCPStream it copies as WriteTo does. From a task.
func (s *TCPStream) ReadFrom(r io.Reader) (total int64, err error) {
	if from, ok := r.(*TCPStream); ok {
		return from.WriteTo(s)
	}
	buf := s.rt.buffers.borrow()
	defer s.rt.buffers.giveBack(buf)
	for {
		n, readErr := r.Read(buf[:])
		if n > 0 {
			written, err := s.Write(buf[:n])
			total += int64(written)
			if err != nil {
				return total, err
			}
		}
		switch {
		case readErr == io.EOF:
			return total, nil
		case readErr != nil:
			return total, readErr
		}
	}
}
