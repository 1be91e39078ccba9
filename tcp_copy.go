package eddy

import (
	"io"

	"github.com/eddy-go/eddy/future"
)

// WriteTo copies from the stream to w until the end of the stream, and returns how many bytes w took. It implements
// io.WriterTo, so io.Copy(w, stream) uses it, and io.Copy(stream, stream) is the fastest echo. It holds a buffer only
// while there is data, none while it waits for the peer. From a task.
func (s *TCPStream) WriteTo(w io.Writer) (total int64, err error) {
	for {
		if err := s.awaitReadable(); err != nil {
			return total, s.waitError("read", err)
		}
		n, err := s.passOn(w)
		total += int64(n)
		if err != nil || s.ended {
			return total, err
		}
	}
}

// awaitReadable parks until a read need not wait.
func (s *TCPStream) awaitReadable() error {
	w := &s.waiter
	if w.busy {
		w = &readiness{s: s, direction: readDirection} // two reads: this one fails if it has to wait
	}
	w.busy = true
	_, err := Await[struct{}](s.rt, w)
	w.busy = false
	return err
}

// passOn moves what is there to w. A readiness that proves false moves nothing, and neither does the end.
func (s *TCPStream) passOn(w io.Writer) (int, error) {
	if s.ended {
		return 0, nil
	}
	buf := s.rt.buffers.borrow()
	defer s.rt.buffers.giveBack(buf)
	n, err := s.receive(buf[:])
	switch err {
	case nil:
	case io.EOF, future.Pending:
		return 0, nil
	default:
		return 0, err
	}
	written, err := w.Write(buf[:n])
	if err == nil && written < n {
		err = io.ErrShortWrite
	}
	return written, err
}

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
