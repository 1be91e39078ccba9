// Package tlspeer is the other end of a TLS 1.3 connection in tests, one that can do what crypto/tls has no call for: it
// begins key updates. crypto/tls makes the handshake; from then on the peer seals and opens the records itself, with the
// secrets that crypto/tls tells a Config.KeyLogWriter.
//
// A Peer is for one reader and one writer at a time. It waits where its connection waits, and in no other place: over a
// stream of a runtime it is for tasks, over a net.Conn for goroutines.
package tlspeer

import (
	"bytes"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
)

// Content types of records, and types of handshake messages (RFC 8446, B.1 and B.3).
const (
	alertRecord       = 21
	handshakeRecord   = 22
	applicationRecord = 23

	keyUpdateMessage = 24
)

// Peer is one end of a connection whose handshake is made. Read and Write carry what an application says.
type Peer struct {
	conn    net.Conn
	in, out *half
	unread  []byte // of the latest record
	updates int
	ended   bool
}

// Client makes the handshake with the server at the other end of conn. The error wraps errors.ErrUnsupported where
// crypto/tls chose a cipher that this package has not: so it does on machines without AES.
func Client(conn net.Conn, config *tls.Config) (*Peer, error) {
	return shake(conn, config, tls.Client, "SERVER_TRAFFIC_SECRET_0", "CLIENT_TRAFFIC_SECRET_0")
}

// Server makes the handshake with the client at the other end of conn. It sends no session tickets.
func Server(conn net.Conn, config *tls.Config) (*Peer, error) {
	return shake(conn, config, tls.Server, "CLIENT_TRAFFIC_SECRET_0", "SERVER_TRAFFIC_SECRET_0")
}

func shake(conn net.Conn, config *tls.Config, side func(net.Conn, *tls.Config) *tls.Conn, in, out string) (*Peer, error) {
	var log bytes.Buffer
	config = config.Clone()
	config.KeyLogWriter = &log
	config.MinVersion = tls.VersionTLS13
	config.SessionTicketsDisabled = true // a server's tickets would count as records that this package did not seal
	c := side(&recordConn{Conn: conn}, config)
	if err := c.Handshake(); err != nil {
		return nil, err
	}
	secrets := map[string][]byte{}
	for line := range strings.Lines(log.String()) {
		if fields := strings.Fields(line); len(fields) == 3 {
			secret, err := hex.DecodeString(fields[2])
			if err != nil {
				return nil, err
			}
			secrets[fields[0]] = secret
		}
	}
	suite := c.ConnectionState().CipherSuite
	p := &Peer{conn: conn}
	var errIn, errOut error
	p.in, errIn = newHalf(suite, secrets[in])
	p.out, errOut = newHalf(suite, secrets[out])
	return p, errors.Join(errIn, errOut)
}

// Read returns what the other end's application wrote. Key updates of the other end are taken on and counted; one that
// asks for an answer gets none, and tickets are ignored. After the other end's close_notify it returns io.EOF.
func (p *Peer) Read(b []byte) (int, error) {
	for len(p.unread) == 0 {
		if p.ended {
			return 0, io.EOF
		}
		content, what, err := p.in.readRecord(p.conn)
		switch {
		case err != nil:
			return 0, err
		case what == applicationRecord:
			p.unread = content
		case what == handshakeRecord && len(content) > 0 && content[0] == keyUpdateMessage:
			p.updates++
			err = p.in.update()
		case what == alertRecord && len(content) == 2 && content[1] == 0:
			p.ended = true
		case what == alertRecord:
			err = fmt.Errorf("tlspeer: alert %v", content)
		}
		if err != nil {
			return 0, err
		}
	}
	n := copy(b, p.unread)
	p.unread = p.unread[n:]
	return n, nil
}

// Write says b to the other end's application, in one record for each 16 KiB.
func (p *Peer) Write(b []byte) (n int, err error) {
	const mostContent = 16 << 10
	for err == nil && n < len(b) {
		piece := b[n:min(len(b), n+mostContent)]
		if err = p.out.writeRecord(p.conn, applicationRecord, piece); err == nil {
			n += len(piece)
		}
	}
	return n, err
}

// UpdateKeys tells the other end that all that follows is sealed with new keys. With answer it asks the other end to
// do the same.
func (p *Peer) UpdateKeys(answer bool) error {
	message := []byte{keyUpdateMessage, 0, 0, 1, 0}
	if answer {
		message[4] = 1
	}
	if err := p.out.writeRecord(p.conn, handshakeRecord, message); err != nil {
		return err
	}
	return p.out.update()
}

// Updates returns how many key updates of the other end Read has met.
func (p *Peer) Updates() int { return p.updates }

// CloseNotify tells the other end that nothing follows.
func (p *Peer) CloseNotify() error { return p.out.writeRecord(p.conn, alertRecord, []byte{1, 0}) }

// recordConn never reads beyond the end of a record, so that crypto/tls holds none of those that follow the handshake.
type recordConn struct {
	net.Conn
	header []byte // what of the record's header has come, while it is not whole
	rest   int    // bytes of the record's content that have not come
}

func (c *recordConn) Read(b []byte) (int, error) {
	limit := c.rest
	if limit == 0 {
		limit = headerSize - len(c.header)
	}
	n, err := c.Conn.Read(b[:min(len(b), limit)])
	if c.rest > 0 {
		c.rest -= n
		return n, err
	}
	c.header = append(c.header, b[:n]...)
	if len(c.header) == headerSize {
		c.rest = contentSize(c.header)
		c.header = c.header[:0]
	}
	return n, err
}
