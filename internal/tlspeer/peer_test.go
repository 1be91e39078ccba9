package tlspeer

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"math/big"
	"net"
	"testing"
	"time"
)

func selfSigned(t *testing.T) tls.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// The peer understands crypto/tls on either side, before and after key updates of its own and of the other end's.
func TestPeerAndCryptoTLS(t *testing.T) {
	server := &tls.Config{Certificates: []tls.Certificate{selfSigned(t)}}
	client := &tls.Config{InsecureSkipVerify: true}
	for name, connect := range map[string]func(a, b net.Conn) (*Peer, *tls.Conn, error){
		"client": func(a, b net.Conn) (*Peer, *tls.Conn, error) {
			other := tls.Server(b, server)
			go other.Handshake()
			p, err := Client(a, client)
			return p, other, err
		},
		"server": func(a, b net.Conn) (*Peer, *tls.Conn, error) {
			other := tls.Client(b, client)
			go other.Handshake()
			p, err := Server(a, server)
			return p, other, err
		},
	} {
		t.Run(name, func(t *testing.T) {
			a, b := pair(t)
			p, other, err := connect(a, b)
			if errors.Is(err, errors.ErrUnsupported) {
				t.Skip(err)
			}
			if err != nil {
				t.Fatal(err)
			}
			echoed := make(chan error, 1)
			go func() {
				_, err := io.Copy(other, other)
				echoed <- errors.Join(err, other.Close())
			}()
			for i := range 4 {
				text := make([]byte, 20_000)
				rand.Read(text)
				if _, err := p.Write(text); err != nil {
					t.Fatal(err)
				}
				back := make([]byte, len(text))
				if _, err := io.ReadFull(p, back); err != nil || string(back) != string(text) {
					t.Fatalf("round %d: %v", i, err)
				}
				if p.Updates() != i {
					t.Errorf("%d key updates came, want %d", p.Updates(), i)
				}
				if err := errors.Join(p.UpdateKeys(false), p.UpdateKeys(true)); err != nil {
					t.Fatal(err)
				}
			}
			if err := p.CloseNotify(); err != nil {
				t.Fatal(err)
			}
			if n, err := p.Read(make([]byte, 1)); n != 0 || err != io.EOF {
				t.Errorf("%d, %v", n, err)
			}
			if err := <-echoed; err != nil {
				t.Error(err)
			}
		})
	}
}

func pair(t *testing.T) (a, b net.Conn) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if a, err = net.Dial("tcp", l.Addr().String()); err != nil {
		t.Fatal(err)
	}
	if b, err = l.Accept(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close(); b.Close() })
	return a, b
}
