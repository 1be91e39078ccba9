//go:build unix

package eddy_test

import (
	"net"
	"testing"

	"golang.org/x/net/nettest"

	"github.com/eddy-go/eddy/internal/kernel"
)

// F35: the adapters are connections as package net's own suite wants them, over TCP and over Unix sockets: among
// adapters, and with one end that is package net's, either one.
func TestNetConnConformance(t *testing.T) {
	for _, network := range []string{"tcp", "unix"} {
		for name, pipe := range map[string]func(t *testing.T, l *loop, network string) (net.Conn, net.Conn){
			"adapters":      func(t *testing.T, l *loop, network string) (net.Conn, net.Conn) { return l.pair(t, network) },
			"client is net": netClient,
			"server is net": netServer,
		} {
			t.Run(network+"/"+name, func(t *testing.T) {
				onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
					l := startLoop(t, k)
					nettest.TestConn(t, func() (c1, c2 net.Conn, stop func(), err error) {
						c1, c2 = pipe(t, l, network)
						return c1, c2, func() { c1.Close(); c2.Close() }, nil
					})
				})
			})
		}
	}
}

// netClient returns a connection of package net to an adapter.
func netClient(t *testing.T, l *loop, network string) (client, server net.Conn) {
	t.Helper()
	listener := l.listen(t, network)
	defer listener.Close()
	client = got(net.Dial(network, listener.Addr().String()))(t)
	return client, got(listener.Accept())(t)
}

// netServer returns an adapter that is connected to a connection of package net.
func netServer(t *testing.T, l *loop, network string) (client, server net.Conn) {
	t.Helper()
	address := "127.0.0.1:0"
	if network == "unix" {
		address = socketPath(t)
	}
	listener := got(net.Listen(network, address))(t)
	defer listener.Close()
	client = l.dial(t, listener)
	return client, got(listener.Accept())(t)
}
