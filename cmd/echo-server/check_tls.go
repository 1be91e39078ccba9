package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"math/big"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/eddytls"
)

// checkTLS speaks TLS with a certificate made for the occasion, and ends its direction.
func checkTLS(rt *eddy.Runtime) error {
	pair, err := selfSigned(rt)
	if err != nil {
		return err
	}
	roots := x509.NewCertPool()
	roots.AddCert(pair.Leaf)
	s := newCheckedServer(rt)
	s.speakTLS(pair)
	return s.serveFor(func(address string) error {
		return withClient(rt, address, func(stream *eddy.TCPStream) error {
			conn := eddytls.Client(rt, stream, &tls.Config{RootCAs: roots, ServerName: checkedName})
			if err := roundTrip(conn, "a secret\n"); err != nil {
				return err
			}
			if err := conn.CloseWrite(); err != nil {
				return err
			}
			return expectEnd(conn)
		})
	})
}

// checkedName is the server's name in the certificate.
const checkedName = "echo-server.test"

func selfSigned(rt *eddy.Runtime) (*tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	now := rt.Now()
	template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{checkedName}, NotBefore: now.Add(-checkLimit), NotAfter: now.Add(checkLimit)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	leaf, err := x509.ParseCertificate(der)
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}, err
}
