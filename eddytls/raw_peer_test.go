package eddytls_test

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"crypto/tls"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/eddy-go/eddy"
)

// The types of records, and of a handshake message, that the peer writes by hand.
const (
	recordAlert     = 21
	recordHandshake = 22
	recordData      = 23
	messageTicket   = 4
	messageKey      = 24
)

// rawPeer is a client that has done its handshake by crypto/tls and goes on by hand, with the secrets that it was told:
// crypto/tls itself never asks for a key update, and writes no broken record.
type rawPeer struct {
	t           *testing.T
	s           *eddy.TCPStream
	read, write half
	data        []byte // received, not asked for yet
	updates     int    // key updates that came
}

// half is one direction: its secret, and the number of its next record.
type half struct {
	secret []byte
	seq    uint64
}

// newRawPeer does a client's handshake over s. TLS 1.3 and AES-128 with SHA-256 are all it knows.
func newRawPeer(t *testing.T, s *eddy.TCPStream) *rawPeer {
	t.Helper()
	var log bytes.Buffer
	config := clientConfig()
	config.MinVersion = tls.VersionTLS13
	config.KeyLogWriter = &log
	conn := tls.Client(s, config)
	must(t, conn.Handshake())
	if suite := conn.ConnectionState().CipherSuite; suite != tls.TLS_AES_128_GCM_SHA256 {
		t.Skipf("this machine prefers %s", tls.CipherSuiteName(suite))
	}
	p := &rawPeer{t: t, s: s}
	for line := range strings.Lines(log.String()) {
		switch f := strings.Fields(line); f[0] {
		case "CLIENT_TRAFFIC_SECRET_0":
			p.write.secret = got(hex.DecodeString(f[2]))(t)
		case "SERVER_TRAFFIC_SECRET_0":
			p.read.secret = got(hex.DecodeString(f[2]))(t)
		}
	}
	return p
}

// expand is HKDF-Expand-Label of RFC 8446.
func expand(secret []byte, label string, n int) []byte {
	info := binary.BigEndian.AppendUint16(nil, uint16(n))
	info = append(info, byte(len("tls13 "+label)))
	info = append(info, "tls13 "+label+"\x00"...)
	key, err := hkdf.Expand(sha256.New, secret, string(info), n)
	if err != nil {
		panic(err)
	}
	return key
}

// next returns the cipher of the next record, and its nonce.
func (h *half) next() (cipher.AEAD, []byte) {
	block, err := aes.NewCipher(expand(h.secret, "key", 16))
	if err != nil {
		panic(err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		panic(err)
	}
	nonce := expand(h.secret, "iv", 12)
	binary.BigEndian.PutUint64(nonce[4:], binary.BigEndian.Uint64(nonce[4:])^h.seq)
	h.seq++
	return aead, nonce
}

func (h *half) update() { h.secret, h.seq = expand(h.secret, "traffic upd", 32), 0 }

// sealed returns a record.
func (p *rawPeer) sealed(kind byte, content []byte) []byte {
	aead, nonce := p.write.next()
	inner := append(bytes.Clone(content), kind)
	header := []byte{recordData, 3, 3}
	header = binary.BigEndian.AppendUint16(header, uint16(len(inner)+aead.Overhead()))
	return aead.Seal(bytes.Clone(header), nonce, inner, header)
}

// keyUpdate returns the records of a key update that asks for another one.
func (p *rawPeer) keyUpdate() []byte {
	record := p.sealed(recordHandshake, []byte{messageKey, 0, 0, 1, 1})
	p.write.update()
	return record
}

// send writes bytes as they are.
func (p *rawPeer) send(records ...[]byte) {
	p.t.Helper()
	if _, err := p.s.Write(bytes.Join(records, nil)); err != nil {
		p.t.Error("the peer's write:", err)
	}
}

func (p *rawPeer) text(s string) []byte { return p.sealed(recordData, []byte(s)) }

// receive reads one record. Its error is io.EOF after a close_notify.
func (p *rawPeer) receive() error {
	var header [5]byte
	if _, err := io.ReadFull(p.s, header[:]); err != nil {
		return fmt.Errorf("the stream: %w", err)
	}
	body := make([]byte, binary.BigEndian.Uint16(header[3:]))
	if _, err := io.ReadFull(p.s, body); err != nil {
		return fmt.Errorf("in a record: %w", err)
	}
	aead, nonce := p.read.next()
	inner, err := aead.Open(body[:0], nonce, body, header[:])
	if err != nil {
		return fmt.Errorf("record %d of these keys: %w", p.read.seq-1, err)
	}
	inner = bytes.TrimRight(inner, "\x00")
	kind, content := inner[len(inner)-1], inner[:len(inner)-1]
	switch {
	case kind == recordData:
		p.data = append(p.data, content...)
	case kind == recordAlert && content[1] == 0:
		return io.EOF
	case kind == recordAlert:
		return tls.AlertError(content[1])
	case content[0] == messageKey:
		p.updates++
		p.read.update()
	case content[0] != messageTicket:
		return fmt.Errorf("a message of type %d", content[0])
	}
	return nil
}

// Read implements io.Reader.
func (p *rawPeer) Read(b []byte) (int, error) {
	for len(p.data) == 0 {
		if err := p.receive(); err != nil {
			return 0, err
		}
	}
	n := copy(b, p.data)
	p.data = p.data[n:]
	return n, nil
}
