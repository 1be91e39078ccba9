// Program task is peer gonet on eddy: the same straight-line code, with a task for each connection in place of a
// goroutine. Where echo-server copies, and leaves that to the loop, this one comes back to its own Read for each message, as
// a server must that looks at what it is sent.
//
//	task PORT
package main

import (
	"net"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/bench/peers/contract"
)

// A buffer begins with one page and doubles each time a read fills it, as in peer gonet.
const (
	firstBuffer   = 4 << 10
	largestBuffer = 64 << 10
)

func main() { contract.MainOn("task", serve) }

func serve(address string, listening func(net.Addr), count *contract.Count) error {
	return eddy.BlockOn(func(rt *eddy.Runtime) error {
		listener, err := rt.ListenTCP(address)
		if err != nil {
			return err
		}
		listening(listener.Addr())
		for {
			stream, err := listener.AcceptTCP()
			if err != nil {
				return err
			}
			count.Accepts.Add(1)
			rt.Spawn(func() { echo(stream, count) })
		}
	})
}

// echo ends with the client's end of sending, when all that came before has been written, or with a broken connection.
func echo(stream *eddy.TCPStream, count *contract.Count) {
	defer stream.Close()
	buf := make([]byte, firstBuffer)
	for {
		n, err := stream.Read(buf)
		if err != nil {
			return
		}
		written, err := stream.Write(buf[:n])
		count.Bytes.Add(int64(written))
		if err != nil {
			return
		}
		if n == len(buf) && n < largestBuffer {
			buf = make([]byte, 2*n)
		}
	}
}
