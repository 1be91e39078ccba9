package properties_test

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"net"
	"net/netip"
	"syscall"

	"github.com/eddy-go/eddy"
)

// patternLength is a prime, so that bytes which are lost or repeated in round numbers show. maxPiece is the most that is
// compared at once.
const (
	patternLength = 131071
	maxPiece      = 64 << 10
)

// pattern is where every connection's bytes come from: each begins at a place of its own and goes round. So neither end
// makes bytes, and both can check them by comparing memory.
var pattern = func() []byte {
	p := make([]byte, patternLength+maxPiece)
	source := rand.NewPCG(1, 1)
	for i := range p[:patternLength] {
		p[i] = byte(source.Uint64() >> 56)
	}
	copy(p[patternLength:], p)
	return p
}()

// conn is what is known of one connection: by its client, which makes it, and by the server, which finds it by the
// client's address. Whatever happens, these hold:
//
//   - the server takes the client's bytes, in order and from the first, and the client gets back those of them that the
//     server wrote;
//   - if the server reads the end of the stream, it has read all that the client has written;
//   - if the client reads the end of the stream, it has read all that the server has written, and if that is not all
//     that was sent, the server has an error to report.
type conn struct {
	echo   *echo
	client *echoClient
	begin  uint64 // of its bytes in the pattern
	stream *eddy.TCPStream

	sent     uint64 // by the client, as its writes said
	taken    uint64 // by the server
	returned uint64 // by the server, as its writes said
	back     uint64 // at the client

	served *eddy.TCPStream // the server's end, from when its handler has told of bytes
	opaque bool            // the handler is over, and tells neither taken nor returned

	clientEnd, serverEnd bool  // read the end of the stream
	clientOver           bool  // the client is done with it
	serverOver           bool  // so is the server's handler
	serverErr            error // and this is what it had to report
	explained            bool  // a host was stopped, or somebody closed it: anything may have come of it
	wasReset             bool  // a reset was seen that neither end explains
}

// connect makes the record of a connection. life is the server's when the dial began.
func (e *echo) connect(c *echoClient, stream *eddy.TCPStream, life int) *conn {
	k := &conn{echo: e, client: c, stream: stream, explained: life != e.life}
	c.connections++
	k.begin = (uint64(c.id)*10007 + uint64(c.connections)*1299709) % patternLength
	e.conns = append(e.conns, k)
	e.byPeer[addrPort(stream.LocalAddr())] = k
	return k
}

func addrPort(a net.Addr) netip.AddrPort { return a.(*net.TCPAddr).AddrPort() }

// bytes returns n bytes of the connection from an offset on.
func (k *conn) bytes(offset uint64, n int) []byte {
	return pattern[(k.begin+offset)%patternLength:][:n]
}

// takes is told by the server of bytes that it has read.
func (k *conn) takes(p []byte) {
	if !bytes.Equal(p, k.bytes(k.taken, len(p))) {
		k.echo.t.Errorf("client %d: %d bytes that the server read behind %d are not those that were sent", k.client.id, len(p), k.taken)
	}
	k.taken += uint64(len(p))
}

// gets is told by the client of bytes that it has read.
func (k *conn) gets(p []byte) {
	if !bytes.Equal(p, k.bytes(k.back, len(p))) {
		k.echo.t.Errorf("client %d: %d bytes that came back behind %d are not those that were sent", k.client.id, len(p), k.back)
	}
	k.back += uint64(len(p))
	if k.back > k.taken && k.served != nil {
		k.echo.t.Errorf("client %d: %d bytes came back, and the server has read %d", k.client.id, k.back, k.taken)
	}
}

// clientIsOver is told how the client's part has ended.
func (k *conn) clientIsOver(err error) {
	if isReset(err) && !k.explained && !k.serverOver {
		k.wasReset = true
	}
	k.clientOver = true
}

// serverIsOver is told how the server's part has ended; nil is the end of the stream.
func (k *conn) serverIsOver(err error) {
	if isReset(err) && !k.explained && !k.clientOver {
		k.wasReset = true
	}
	k.serverOver, k.serverErr, k.serverEnd = true, err, err == nil
	if err == nil && k.taken != k.returned {
		k.echo.t.Errorf("client %d: the server has read the end and %d bytes, and has returned %d", k.client.id, k.taken, k.returned)
	}
}

// check is for the end of the world, when all counts have settled.
func (k *conn) check() {
	t, id := k.echo.t, k.client.id
	if k.serverEnd && !k.opaque && k.taken != k.sent {
		t.Errorf("client %d: the server read the end behind %d bytes, and %d were sent", id, k.taken, k.sent)
	}
	if !k.clientEnd {
		return
	}
	if !k.opaque && k.back != k.returned {
		t.Errorf("client %d: the end came behind %d bytes, and the server had returned %d", id, k.back, k.returned)
	}
	if k.back != k.sent && k.serverErr == nil && !k.explained {
		t.Errorf("client %d, connection from %v: the end came behind %d bytes of %d, and the server reports no error (over: %v)", id, k.stream.LocalAddr(), k.back, k.sent, k.serverOver)
	}
}

func isReset(err error) bool {
	return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}
