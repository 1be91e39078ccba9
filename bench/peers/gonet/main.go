// Program gonet is the echo server that Go's own net package asks for: a goroutine for each connection, which reads into
// a buffer of its own and writes from it. GOMAXPROCS in the environment says on how many processors it runs.
//
// Not io.Copy: between two TCP connections that is splice through a pipe, two calls in place of each one and two more
// descriptors for each connection, which for small messages costs more than it saves.
//
//	gonet PORT
package main

import (
	"net"

	"github.com/eddy-go/eddy/bench/peers/contract"
)

// A buffer begins with one page, so that an idle connection holds no more, and doubles each time a read fills it, up to
// what the yardstick reads at once. Both are picked.
const (
	firstBuffer   = 4 << 10
	largestBuffer = 64 << 10
)

func main() { contract.Main("gonet", serve) }

func serve(listener net.Listener, count *contract.Count) error {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return err
		}
		count.Accepts.Add(1)
		go echo(conn, count)
	}
}

// echo ends with the client's end of sending, when all that came before has been written, or with a broken connection.
func echo(conn net.Conn, count *contract.Count) {
	defer conn.Close()
	buf := make([]byte, firstBuffer)
	for {
		n, err := conn.Read(buf)
		if err != nil {
			return
		}
		written, err := conn.Write(buf[:n])
		count.Bytes.Add(int64(written))
		if err != nil {
			return
		}
		if n == len(buf) && n < largestBuffer {
			buf = make([]byte, 2*n)
		}
	}
}
