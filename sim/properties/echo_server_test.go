package properties_test

import (
	"errors"
	"io"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/future"
)

// serve is the server's program: it accepts for ever.
func (e *echo) serve(rt *eddy.Runtime) error {
	listener, err := rt.ListenTCP(echoListen)
	if err != nil {
		return err
	}
	for {
		stream, err := listener.AcceptTCP()
		if err != nil {
			return err // whatever goes wrong with a connection: the listener lives on
		}
		h := &handler{echo: e, rt: rt, stream: stream}
		e.accepted++
		switch (e.variant + e.accepted) % handlerKinds {
		case 0:
			rt.Spawn(func() { h.run(h.straight) })
		case 1:
			rt.Spawn(func() { h.run(h.copying) })
		case 2:
			h.opaque = true
			rt.Spawn(func() { h.run(h.copyingUnseen) })
		default:
			stream.SetIdleTimeout(e.idle)
			eddy.SpawnFuture[struct{}](rt, &echoing{h: h})
		}
	}
}

// handlerKinds is how many ways there are to serve a client.
const handlerKinds = 4

// handler serves one client.
type handler struct {
	echo   *echo
	rt     *eddy.Runtime
	stream *eddy.TCPStream
	conn   *conn // known from the first byte on
	opaque bool  // it does not see the bytes
}

func (h *handler) run(fn func() error) {
	h.echo.handlers++
	h.end(fn())
}

// straight is the program that the first page of the documents shows.
func (h *handler) straight() error {
	buf := h.echo.buffers.take()
	defer h.echo.buffers.giveBack(buf)
	for {
		n, err := eddy.Await(h.rt, eddy.Timeout(h.echo.idle, eddy.Future[int](h.stream.ReadFuture(buf))))
		if err != nil {
			return err
		}
		h.stream.SetWriteDeadline(h.rt.Now().Add(h.echo.idle))
		if _, err := h.Write(buf[:n]); err != nil {
			return err
		}
	}
}

// copying is the shortest: the runtime lends the buffer.
func (h *handler) copying() error {
	h.stream.SetIdleTimeout(h.echo.idle)
	_, err := io.Copy(h, h.stream)
	return err
}

// copyingUnseen is the same with nobody in between.
func (h *handler) copyingUnseen() error {
	h.stream.SetIdleTimeout(h.echo.idle)
	_, err := io.Copy(h.stream, h.stream)
	return err
}

// Write sends back what was read.
func (h *handler) Write(p []byte) (int, error) {
	k := h.meet()
	k.takes(p)
	n, err := h.stream.Write(p)
	k.returned += uint64(n)
	return n, err
}

// meet finds out whose connection it is. Nobody sends before the record is made.
func (h *handler) meet() *conn {
	if h.conn == nil {
		h.conn = h.echo.byPeer[addrPort(h.stream.RemoteAddr())]
		h.conn.served = h.stream
	}
	return h.conn
}

// end notes how the client was served, and only then closes: whoever reads the end of the stream finds the note.
func (h *handler) end(err error) {
	if errors.Is(err, io.EOF) {
		err = nil
	}
	if k := h.echo.byPeer[addrPort(h.stream.RemoteAddr())]; k != nil {
		k.opaque = h.opaque
		k.serverIsOver(err)
	}
	h.stream.Close()
	h.echo.handlers--
}

// echoing is the same written by hand, without a coroutine.
type echoing struct {
	h     *handler
	buf   []byte
	read  *eddy.ReadFuture
	write *eddy.WriteFuture
}

// Poll implements future.Future.
func (f *echoing) Poll(cx *future.Context) (struct{}, error) {
	for {
		err := f.step(cx)
		switch err {
		case nil:
		case future.Pending:
			return struct{}{}, err
		default:
			f.leave(err)
			return struct{}{}, nil
		}
	}
}

// step reads once or writes once.
func (f *echoing) step(cx *future.Context) error {
	h := f.h
	if f.write == nil {
		if f.buf == nil {
			f.buf = h.echo.buffers.take()
			h.echo.handlers++
		}
		if f.read == nil {
			f.read = h.stream.ReadFuture(f.buf)
		}
		n, err := f.read.Poll(cx)
		if err != nil {
			return err
		}
		h.meet().takes(f.buf[:n])
		f.read, f.write = nil, h.stream.WriteFuture(f.buf[:n])
	}
	n, err := f.write.Poll(cx)
	if err == future.Pending {
		return err
	}
	h.conn.returned += uint64(n)
	f.write = nil
	return err
}

// Cancel implements future.Future.
func (f *echoing) Cancel() {
	if f.read != nil {
		f.read.Cancel()
	}
	if f.write != nil {
		f.h.conn.returned += uint64(f.write.Written())
		f.write.Cancel()
	}
	f.leave(eddy.ErrCanceled)
}

func (f *echoing) leave(err error) {
	f.h.echo.buffers.giveBack(f.buf)
	f.h.end(err)
}
