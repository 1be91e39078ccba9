package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"math/big"
	"net"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/eddytls"
)

// echoBuffer is the size of an echo's buffer on all sides: 4 KiB, picked.
const echoBuffer = 4 << 10

// echo is the handler of all three servers.
func echo(conn net.Conn) {
	defer conn.Close()
	buf := make([]byte, echoBuffer)
	for {
		n, err := conn.Read(buf)
		if err != nil {
			return
		}
		if _, err := conn.Write(buf[:n]); err != nil {
			return
		}
	}
}

func tlsOnNet(address string) error {
	config, err := tlsConfig()
	if err != nil {
		return err
	}
	listener, err := tls.Listen("tcp", address, config)
	if err != nil {
		return err
	}
	for {
		conn, err := listener.Accept()
		if err != nil {
			return err
		}
		go echo(conn)
	}
}

// tlsOnEddy is crypto/tls as it is, in tasks.
func tlsOnEddy(address string) error {
	return serveTLS(address, func(_ *eddy.Runtime, stream *eddy.TCPStream, config *tls.Config) net.Conn {
		return tls.Server(stream, config)
	})
}

// eddyTLS is package eddytls.
func eddyTLS(address string) error {
	return serveTLS(address, func(rt *eddy.Runtime, stream *eddy.TCPStream, config *tls.Config) net.Conn {
		return eddytls.Server(rt, stream, config)
	})
}

func serveTLS(address string, wrap func(*eddy.Runtime, *eddy.TCPStream, *tls.Config) net.Conn) error {
	config, err := tlsConfig()
	if err != nil {
		return err
	}
	return eddy.BlockOn(func(rt *eddy.Runtime) error {
		listener, err := rt.ListenTCP(address)
		if err != nil {
			return err
		}
		for {
			stream, err := listener.AcceptTCP()
			if err != nil {
				return err
			}
			rt.Spawn(func() { echo(wrap(rt, stream, config)) })
		}
	})
}

// tlsConfig has a certificate of its own that nobody can check.
func tlsConfig() (*tls.Config, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(24 * time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	certificate := tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
	return &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS13}, nil
}
