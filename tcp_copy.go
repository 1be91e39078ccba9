package eddy

import (
	"io"

	"github.com/eddy-go/eddy/future"
)

// WriteTo copies from the stream to w until the end of the stream, and returns how many bytes w took. It implements
// io.WriterTo, so io.Copy(w, stream) uses it, and io.Copy(stream, stream) is the fastest echo. It holds a buffer only
// while there is data, none while it waits for the peer. From a task.
func (s *TCPStream) WriteTo(w io.Writer) (total int64, err error) {
	for waited := false; ; {
		if err := s.awaitReadable(&waited); err != nil {
			return total, s.waitError("read", err)
		}
		n, err := s.passOn(w)
		total += int64(n)
		waited = waited && n == 0
		if err != nil || s.ended {
			return total, err
		}
	}
}

// passOn moves what is there to w. A readiness that proves false moves nothing, and neither does the end.
func (s *TCPStream) passOn(w io.Writer) (int, error) {
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
