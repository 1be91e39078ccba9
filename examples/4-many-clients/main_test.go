package main

import (
	"fmt"
	"net"
	"testing"

	"github.com/eddy-go/eddy/examples/internal/program"
)

// Many clients take turns, and each is answered at once while all others are connected.
func TestManyClients(t *testing.T) {
	p := program.Start(t, program.Build(t), "127.0.0.1:0")
	address := p.Address(t)
	var clients []program.Client
	for i := range 20 {
		c := program.Dial(t, address)
		c.Expect(t, fmt.Sprintf("clients: %d\n", i+1))
		clients = append(clients, c)
	}
	for round := range 3 {
		for i, c := range clients {
			c.Echo(t, fmt.Sprintf("round %d of client %d", round, i))
		}
	}
	for _, c := range clients {
		c.Conn.(*net.TCPConn).CloseWrite()
		c.ExpectEnd(t)
	}
}
