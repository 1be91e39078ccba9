//go:build unix

package eddy_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"testing"

	"github.com/eddy-go/eddy"
)

// A stream is a net.Conn, and a listener a net.Listener, to code that knows nothing of this package.
func TestEchoThroughInterfaces(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		l := got(rt.ListenTCP("127.0.0.1:0"))(t)
		server := eddy.Spawn(rt, func() (struct{}, error) {
			var listener net.Listener = l
			conn, err := listener.Accept()
			if err != nil {
				return struct{}{}, err
			}
			defer conn.Close()
			lines := bufio.NewReader(conn)
			for {
				line, err := lines.ReadString('\n')
				if err == io.EOF {
					return struct{}{}, nil
				}
				if err != nil {
					return struct{}{}, err
				}
				if _, err := fmt.Fprintf(conn, "<%s", line); err != nil {
					return struct{}{}, err
				}
			}
		})
		var c net.Conn = got(rt.DialTCP(l.Addr().String()))(t)
		if c.RemoteAddr().String() != l.Addr().String() || c.RemoteAddr().Network() != "tcp" {
			t.Errorf("remote address %v, want %v", c.RemoteAddr(), l.Addr())
		}
		for i := range 10 {
			writeText(t, c, fmt.Sprintln(i))
			readText(t, c, fmt.Sprintf("<%d\n", i))
		}
		must(t, c.Close())
		_, err := server.Join()
		must(t, err)
		must(t, l.Close())
	})
}

// Many clients of one task each, interleaved, with messages of all sizes.
func TestManyClients(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		const clients = 50
		l := got(rt.ListenTCP("127.0.0.1:0"))(t)
		rt.Spawn(func() {
			for {
				s, err := l.AcceptTCP()
				if err != nil {
					return
				}
				rt.Spawn(func() {
					defer s.Close()
					s.WriteTo(s)
				})
			}
		})
		var handles []*eddy.JoinHandle[struct{}]
		for i := range clients {
			handles = append(handles, rt.Spawn(func() {
				s, err := rt.DialTCP(l.Addr().String())
				if err != nil {
					t.Error(err)
					return
				}
				defer s.Close()
				for size := 1; size < 200_000; size *= 7 {
					message := bytes.Repeat([]byte{byte(i), byte(size)}, size)
					writer := rt.Spawn(func() { s.Write(message) })
					answer := make([]byte, len(message))
					if _, err := io.ReadFull(s, answer); err != nil || !bytes.Equal(answer, message) {
						t.Errorf("client %d, size %d: %v", i, size, err)
						return
					}
					writer.Join()
				}
			}))
		}
		for _, h := range handles {
			h.Join()
		}
		l.Close()
	})
}

// A write that is larger than all buffers goes out in parts, whole and in order, however slowly the peer reads.
func TestSlowReaderGetsEverything(t *testing.T) {
	forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
		data := make([]byte, 16<<20)
		for i := range data {
			data[i] = byte(i % 251)
		}
		writer := eddy.Spawn(rt, func() (int, error) {
			defer a.CloseWrite()
			return a.Write(data)
		})
		var read []byte
		buf := make([]byte, 30_001)
		for {
			n, err := b.Read(buf)
			read = append(read, buf[:n]...)
			if err == io.EOF {
				break
			}
			must(t, err)
			must(t, rt.Yield())
		}
		if n, err := writer.Join(); n != len(data) || err != nil {
			t.Errorf("wrote %d, %v", n, err)
		}
		if !bytes.Equal(read, data) {
			t.Errorf("read %d other bytes", len(read))
		}
	})
}
