package main

import (
	"net"
	"testing"

	"github.com/eddy-go/eddy/examples/internal/program"
)

func TestEcho(t *testing.T) {
	p := program.Start(t, program.Build(t), "127.0.0.1:0")
	address := p.Address(t)
	first, second := program.Dial(t, address), program.Dial(t, address)
	first.Echo(t, "hello")
	second.Echo(t, "I came second")
	first.Echo(t, "again")

	second.Conn.(*net.TCPConn).CloseWrite()
	second.ExpectEnd(t)
	program.Dial(t, address).Echo(t, "on the descriptor of the second")
	first.Echo(t, "still here")
}
