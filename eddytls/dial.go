package eddytls

import (
	"crypto/tls"
	"net"
	"strings"

	"github.com/eddy-go/eddy"
)

// Dial connects as Runtime.Dial does, and does the handshake. Where the config has no ServerName, it is the host of the
// address, as with tls.Dial: also under InsecureSkipVerify, for a VerifyConnection that compares names itself. From a task.
func Dial(rt *eddy.Runtime, network, address string, config *tls.Config) (*Conn, error) {
	stream, err := rt.Dial(network, address)
	if err != nil {
		return nil, err
	}
	c := Client(rt, stream, expecting(config, address))
	if err := c.Handshake(); err != nil {
		_ = c.Close()
		return nil, err
	}
	return c, nil
}

// expecting returns config with a ServerName.
func expecting(config *tls.Config, address string) *tls.Config {
	config = orEmpty(config)
	if config.ServerName != "" {
		return config
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		host = address // the path of a Unix socket: a name that no certificate has, rather than none, which any certificate has
	}
	config = config.Clone()
	config.ServerName, _, _ = strings.Cut(host, "%") // no certificate names a zone
	return config
}
