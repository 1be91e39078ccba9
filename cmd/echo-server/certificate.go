package main

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"strings"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/future"
)

// loadPair reads a certificate with its chain and its key, and checks what can be checked without a client. Its error
// names both files. It blocks, so it is not for the loop.
func loadPair(certFile, keyFile string) (*tls.Certificate, error) {
	pair, err := tls.LoadX509KeyPair(certFile, keyFile)
	if err == nil && pair.Leaf == nil { // GODEBUG=x509keypairleaf=0
		pair.Leaf, err = x509.ParseCertificate(pair.Certificate[0])
	}
	if err == nil {
		for _, der := range pair.Certificate[1:] {
			if _, err = x509.ParseCertificate(der); err != nil {
				break
			}
		}
	}
	if err != nil {
		return nil, fmt.Errorf("cannot use the certificate %s with the key %s: %w", certFile, keyFile, err)
	}
	return &pair, nil
}

// loadCertificate replaces the certificate by what the files hold. Handshakes that have begun, and connections, keep the
// one they have. If there is an error all stays as it was. Of requests to reload that come while the files are read, one
// more look at them is the answer to all: so the last one sees what was there when it came. From a task, one at a time.
func (s *server) loadCertificate() error {
	s.reloading, s.reloadAgain = true, true
	defer func() { s.reloading = false }()
	var pair *tls.Certificate
	var err error
	for s.reloadAgain {
		s.reloadAgain = false
		pair, err = eddy.Await(s.rt, eddy.Offload(s.rt, func() (*tls.Certificate, error) {
			return loadPair(s.options.tlsCert, s.options.tlsKey)
		}))
	}
	if err == nil {
		s.speakTLS(pair)
	}
	return err
}

// firstCertificate is loadCertificate for a server that starts. One that is asked to stop does not wait for files that
// hang. From a task.
func (s *server) firstCertificate() error {
	load := eddy.Async(s.rt, func() (struct{}, error) { return struct{}{}, s.loadCertificate() })
	_, err := eddy.Await(s.rt, future.Race(load, s.untilStopIsAsked()))
	return err
}

// speakTLS has clients that come from now on speak TLS, with this certificate. From a task.
func (s *server) speakTLS(pair *tls.Certificate) {
	s.certificate = pair
	if s.tls == nil {
		s.tls = &tls.Config{
			MinVersion: tls.VersionTLS12,
			// Called in the handshakes, which are made by clients' tasks.
			GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return s.certificate, nil },
		}
	}
}

// reload is what SIGHUP asks for. A pair that cannot be used changes nothing. From a task.
func (s *server) reload() {
	if s.reloading {
		s.reloadAgain = true
		return
	}
	switch err := s.loadCertificate(); {
	case err == nil:
		s.logCertificate("certificate reloaded")
	case errors.Is(err, eddy.ErrCanceled) || errors.Is(err, eddy.ErrClosed):
		// The runtime ends: nothing is wrong with the files.
	default:
		s.log.Error("certificate not reloaded: the old one stays in use",
			"cert", s.options.tlsCert, "key", s.options.tlsKey, "error", err)
	}
}

// logCertificate says what is in use, and warns where clients will refuse it.
func (s *server) logCertificate(what string) {
	leaf, file := s.certificate.Leaf, s.options.tlsCert
	s.log.Info(what, "cert", file, "names", strings.Join(leaf.DNSNames, ","), "serial", leaf.SerialNumber, "not_after", leaf.NotAfter)
	switch now := s.rt.Now(); {
	case now.Before(leaf.NotBefore):
		s.log.Warn("the certificate is not valid yet", "cert", file, "not_before", leaf.NotBefore)
	case now.After(leaf.NotAfter):
		s.log.Warn("the certificate has expired", "cert", file, "not_after", leaf.NotAfter)
	}
}
