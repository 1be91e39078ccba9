package main

import (
	"net"
	"testing"

	"github.com/eddy-go/eddy/examples/internal/program"
)

// One client at a time: the second one is not answered until the first has gone.
func TestOneClientAtATime(t *testing.T) {
	p := program.Start(t, program.Build(t), "127.0.0.1:0")
	address := p.Address(t)
	first := program.Dial(t, address)
	first.Echo(t, "hello")

	second := program.Dial(t, address)
	second.Write([]byte("me too"))
	first.Echo(t, "I am not done yet")
	second.ExpectNothing(t)

	first.Conn.(*net.TCPConn).CloseWrite()
	first.ExpectEnd(t)
	second.Expect(t, "me too")
}
