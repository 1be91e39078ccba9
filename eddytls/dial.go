package eddytls

import (
	"crypto/tls"
	"net"
	"strings"

	"github.com/eddy-go/eddy"
)

// Dial connects as Runtime.Dial does, and does the handshake. Where the config says neither whom to expect nor that it does
// not matter, it is the host of the address. From a task.
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
	if config == nil {
		config = &tls.Config{}
	}
	if config.ServerName != "" || config.InsecureSkipVerify {
		return config
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return config
	}
	config = config.Clone()
	config.ServerName, _, _ = strings.Cut(host, "%") // no certificate names a zone
	return config
}
