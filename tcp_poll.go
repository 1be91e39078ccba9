package eddy

import (
	"fmt"
	"io"

	"github.com/eddy-go/eddy/future"
)

// PollRead is a read for the Poll of a future that is written by hand. It reads what is there, up to len(p) bytes. If
// nothing is, its error is future.Pending, and cx's waker is woken when a poll can make progress. p is touched during the
// call only: one buffer may serve all connections of a runtime, and one that waits holds none.
//
// Other errors are those of Read. A final result ends the wait, and so do CancelPoll and Close: a future that got Pending
// and will not poll again calls one of them. The wait belongs to a poller: the task, or the Async that awaits the future.
// A second poller is an error that names both, and so is a Read that waits beside it. Of two futures of one poller the
// latest waker counts. From a task.
func (s *TCPStream) PollRead(cx *future.Context, p []byte) (int, error) {
	s.rt.fromTask("PollRead")
	if !cx.Spend() { // as in a ReadFuture
		return 0, future.Pending
	}
	w, who := &s.reader, s.rt.exec.Poller()
	mine := s.readPolled && w.Waits(who)
	n, err := s.pollRead(cx, p, who, mine)
	switch {
	case err == future.Pending:
		s.readPolled = true
	case mine:
		s.source.Read().Leave(w)
		s.readPolled = false
	}
	return n, err
}

func (s *TCPStream) pollRead(cx *future.Context, p []byte, who fmt.Stringer, mine bool) (int, error) {
	if err := s.ready("read", readDirection); err != nil || len(p) == 0 {
		return 0, err
	}
	d := s.source.Read()
	for !s.ended && d.Ready() && (mine || d.First(nil)) {
		if n, err := s.receive(p); err != future.Pending {
			return n, err
		}
	}
	if s.ended {
		return 0, io.EOF
	}
	if !mine && !d.First(nil) {
		return 0, s.opError("read", d.Taken(who))
	}
	s.beginWait(true)
	d.Wait(&s.reader, cx.LocalWaker(), who)
	return 0, future.Pending
}

// PollWrite is the counterpart of PollRead. It writes as much of p as there is room for, and returns how much that was;
// the rest is the caller's to keep, and others may write between two calls. Where there is no room its error is
// future.Pending. It does not queue as Write does: while a write of somebody else waits it is an error that names both.
// From a task.
func (s *TCPStream) PollWrite(cx *future.Context, p []byte) (int, error) {
	s.rt.fromTask("PollWrite")
	if !cx.Spend() { // as in a WriteFuture
		return 0, future.Pending
	}
	who := s.rt.exec.Poller()
	x := s.extras.Load() // the waiter is there: few writes have to wait
	mine := x != nil && x.writePolled && x.writer.Waits(who)
	n, err := s.pollWrite(cx, p, who, mine)
	switch {
	case err == future.Pending:
		s.extra().writePolled = true
	case mine:
		s.source.Write().Leave(&x.writer)
		x.writePolled = false
	}
	return n, err
}

func (s *TCPStream) pollWrite(cx *future.Context, p []byte, who fmt.Stringer, mine bool) (int, error) {
	if err := s.ready("write", writeDirection); err != nil {
		return 0, err
	}
	if s.broken {
		return 0, s.opError("write", ErrPartialWrite)
	}
	if len(p) == 0 {
		return 0, nil
	}
	d := s.source.Write()
	for d.Ready() && (mine || d.First(nil)) {
		if n, err := s.send(p); err != nil || n > 0 {
			return n, err
		}
	}
	if !mine && !d.First(nil) {
		return 0, s.opError("write", d.Taken(who))
	}
	s.beginWait(true)
	d.Wait(&s.extra().writer, cx.LocalWaker(), who)
	return 0, future.Pending
}

// CancelPoll ends the waits that PollRead and PollWrite have left behind, and no others. It is for the Cancel of a future
// that does not close the stream. It cannot tell whose waits its caller means, so it wakes them: a future that reads or
// writes on while another one gives up polls again. From a task.
func (s *TCPStream) CancelPoll() {
	if s.readPolled {
		s.reader.Wake()
		s.source.Read().Leave(&s.reader)
		s.readPolled = false
	}
	if x := s.extras.Load(); x != nil && x.writePolled {
		x.writer.Wake()
		s.source.Write().Leave(&x.writer)
		x.writePolled = false
	}
}
