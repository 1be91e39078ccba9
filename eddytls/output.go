package eddytls

import (
	"errors"
	"sync"

	"github.com/eddy-go/eddy/esync"
)

const (
	// pieceSize is how much of a Write is encrypted before it is sent: the most that fits a record.
	pieceSize = 16 << 10
	// maxWaiting bounds what the peer can make a Read put into the buffer, beside a piece of a Write, while it takes
	// nothing from us. Picked: some hundreds of key updates.
	maxWaiting = 2 * pieceSize
)

var errUnread = errors.New("eddytls: the peer asks for key updates and does not read them")

// output is what the tls.Conn has written and the stream has not yet taken. It holds a buffer only while there is
// something to send.
type output struct {
	c        *Conn
	buf      *[]byte     // of buffers; nil: nothing is there
	sending  esync.Mutex // held by who sends
	soon     bool        // a task was started to send
	inWrite  bool        // what comes is bounded by the Write that it belongs to
	finished error       // why nothing is sent any more
}

// buffers are those of all connections: each needs one for a moment.
var buffers = sync.Pool{New: func() any { return new([]byte) }}

func giveBack(buf *[]byte) {
	*buf = (*buf)[:0]
	buffers.Put(buf)
}

// add takes p in. Once sending has failed it takes no more and tells nobody: the Read that has caused p can go on, and
// a Write has asked before.
func (o *output) add(p []byte) {
	if o.finished != nil {
		return
	}
	if o.buf == nil {
		o.buf = buffers.Get().(*[]byte)
	} else if !o.inWrite && o.c.state.Load() == handshakeDone && len(*o.buf)+len(p) > maxWaiting {
		o.finish(errUnread)
		return
	}
	*o.buf = append(*o.buf, p...)
}

// flush sends all there is, in the order in which it came, and what comes meanwhile. It waits while there is no room.
// Outside of a Write: a Write holds sending already. From a task.
func (o *output) flush() error {
	if err := o.sending.Lock(o.c.rt); err != nil {
		return o.c.opError("write", err)
	}
	defer o.sending.Unlock()
	for o.buf != nil {
		if err := o.send(); err != nil {
			return err
		}
	}
	return o.finished
}

// send sends what is there now, of which no part may be missing: where it fails a record may be cut, so nothing is sent
// ever after. By the task that holds sending.
func (o *output) send() error {
	buf := o.buf
	if buf == nil {
		return o.finished
	}
	o.buf = nil
	_, err := o.c.stream.Write(*buf)
	giveBack(buf)
	if err != nil {
		o.finish(err)
		return o.finished
	}
	return nil
}

// answer sends what Reads have left, as far as it gets. Nobody was told that it is sent, so what is interrupted is not
// lost: the rest stays until somebody sends the next time. By the task that holds sending.
func (o *output) answer() {
	for o.buf != nil {
		buf := o.buf
		o.buf = nil
		n, err := o.c.stream.Write(*buf)
		switch {
		case err == nil:
			giveBack(buf)
		case interrupted(err) && o.finished == nil:
			o.putBack(buf, n)
			return
		default:
			giveBack(buf)
			o.finish(err)
		}
	}
}

// putBack keeps what follows the first n bytes of buf, before what has come meanwhile.
func (o *output) putBack(buf *[]byte, n int) {
	*buf = append((*buf)[:0], (*buf)[n:]...)
	if o.buf != nil {
		*buf = append(*buf, *o.buf...)
		giveBack(o.buf)
	}
	o.buf = buf
}

// flushSoon has what is there sent, and waits for nothing. If somebody is sending already, they will send this as well.
//
// The task that does it is shielded: the end of the runtime cancels it with all others, and would make it cut a record
// under a Write that is shielded.
func (o *output) flushSoon() {
	if o.buf == nil || o.soon {
		return
	}
	if !o.sending.TryLock() {
		return
	}
	o.sending.Unlock()
	o.soon = true
	o.c.rt.Spawn(func() {
		o.soon = false
		_ = o.c.rt.Shield(func() error {
			if err := o.sending.Lock(o.c.rt); err != nil {
				return err
			}
			defer o.sending.Unlock()
			o.answer()
			return nil
		})
	})
}

// finish ends the sending. The first reason counts.
func (o *output) finish(err error) {
	if o.finished != nil {
		return
	}
	if interrupted(err) {
		err = &brokenError{"a write was interrupted, and the peer may have got a part of it", err}
	}
	o.finished = err
	if o.buf != nil {
		giveBack(o.buf)
		o.buf = nil
	}
}
