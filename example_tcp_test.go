package eddy_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
	"time"

	"github.com/eddy-go/eddy"
)

// connected runs fn with both ends of a connection.
func connected(fn func(rt *eddy.Runtime, client, server *eddy.TCPStream) error) {
	err := eddy.BlockOn(func(rt *eddy.Runtime) error {
		listener, err := rt.ListenTCP("127.0.0.1:0")
		if err != nil {
			return err
		}
		client, err := rt.DialTCP(listener.Addr().String())
		if err != nil {
			return err
		}
		server, err := listener.AcceptTCP()
		if err != nil {
			return err
		}
		return fn(rt, client, server)
	})
	if err != nil {
		fmt.Println(err)
	}
}

// A TCP echo server and its client, in one runtime.
func ExampleRuntime_ListenTCP() {
	err := eddy.BlockOn(func(rt *eddy.Runtime) error {
		listener, err := rt.ListenTCP("127.0.0.1:0") // any free port
		if err != nil {
			return err
		}
		rt.Spawn(func() {
			for {
				stream, err := listener.AcceptTCP()
				if err != nil {
					return
				}
				rt.Spawn(func() {
					defer stream.Close()
					io.Copy(stream, stream)
				})
			}
		})

		stream, err := rt.DialTCP(listener.Addr().String())
		if err != nil {
			return err
		}
		defer stream.Close()
		fmt.Fprint(stream, "hello")
		stream.CloseWrite() // no more questions
		answer, err := io.ReadAll(stream)
		fmt.Printf("%s %v\n", answer, err)
		return listener.Close()
	})
	fmt.Println(err)
	// Output:
	// hello <nil>
	// <nil>
}

func ExampleListenConfig() {
	eddy.BlockOn(func(rt *eddy.Runtime) error {
		config := eddy.ListenConfig{
			Backlog:   128,
			ReusePort: true,
			Control: func(network, address string, c syscall.RawConn) error {
				fmt.Println("about to bind", network, address)
				return nil
			},
		}
		listener, err := config.ListenTCP(rt, "127.0.0.1:0")
		if err != nil {
			return err
		}
		return listener.Close()
	})
	// Output: about to bind tcp 127.0.0.1:0
}

func ExampleRuntime_ListenUnix() {
	err := eddy.BlockOn(func(rt *eddy.Runtime) error {
		listener, err := rt.ListenUnix(fmt.Sprintf("%s/eddy-example-%d", os.TempDir(), os.Getpid()))
		if err != nil {
			return err
		}
		defer listener.Close() // removes the file
		stream, err := rt.DialUnix(listener.Addr().String())
		if err != nil {
			return err
		}
		fmt.Println(stream.RemoteAddr().Network())
		return stream.Close()
	})
	fmt.Println(err)
	// Output:
	// unix
	// <nil>
}

func ExampleRuntime_DialTCPTimeout() {
	eddy.BlockOn(func(rt *eddy.Runtime) error {
		listener, err := rt.ListenTCP("127.0.0.1:0")
		if err != nil {
			return err
		}
		address := listener.Addr().String()
		listener.Close()
		_, err = rt.DialTCPTimeout(address, time.Second)
		fmt.Println(errors.Is(err, syscall.ECONNREFUSED))
		return nil
	})
	// Output: true
}

func ExampleRuntime_DialTCPContext() {
	eddy.BlockOn(func(rt *eddy.Runtime) error {
		ctx, cancel := context.WithCancel(context.Background())
		cancel() // from any goroutine
		_, err := rt.DialTCPContext(ctx, "127.0.0.1:80")
		fmt.Println(err)
		return nil
	})
	// Output: dial tcp 127.0.0.1:80: context canceled
}

func ExampleTCPListener_AcceptFuture() {
	eddy.BlockOn(func(rt *eddy.Runtime) error {
		listener, err := rt.ListenTCP("127.0.0.1:0")
		if err != nil {
			return err
		}
		_, err = eddy.Await(rt, eddy.Timeout(time.Millisecond, listener.AcceptFuture()))
		fmt.Println(errors.Is(err, os.ErrDeadlineExceeded))
		return nil
	})
	// Output: true
}

func ExampleTCPStream_ReadFuture() {
	connected(func(rt *eddy.Runtime, client, server *eddy.TCPStream) error {
		buf := make([]byte, 100)
		_, err := eddy.Await(rt, eddy.Timeout(time.Millisecond, server.ReadFuture(buf)))
		fmt.Println(errors.Is(err, os.ErrDeadlineExceeded))
		client.Write([]byte("nothing was lost"))
		n, err := server.Read(buf)
		fmt.Printf("%s %v\n", buf[:n], err)
		return nil
	})
	// Output:
	// true
	// nothing was lost <nil>
}

func ExampleTCPStream_WriteFuture() {
	connected(func(rt *eddy.Runtime, client, server *eddy.TCPStream) error {
		w := server.WriteFuture(make([]byte, 64<<20)) // the client does not read
		_, err := eddy.Await(rt, eddy.Timeout(10*time.Millisecond, w))
		fmt.Println(errors.Is(err, os.ErrDeadlineExceeded), w.Written() > 0)
		_, err = server.Write([]byte("x"))
		fmt.Println(errors.Is(err, eddy.ErrPartialWrite))
		return nil
	})
	// Output:
	// true true
	// true
}

func ExampleTCPStream_Readable() {
	connected(func(rt *eddy.Runtime, client, server *eddy.TCPStream) error {
		client.Write([]byte("hello"))
		if _, err := eddy.Await(rt, server.Readable()); err != nil { // holds no buffer while it waits
			return err
		}
		buf := make([]byte, 5)
		n, err := server.Read(buf)
		fmt.Printf("%s %v\n", buf[:n], err)
		return nil
	})
	// Output: hello <nil>
}

func ExampleTCPStream_SetReadDeadline() {
	connected(func(rt *eddy.Runtime, client, server *eddy.TCPStream) error {
		server.SetReadDeadline(rt.Now().Add(time.Millisecond))
		_, err := server.Read(make([]byte, 1))
		var timeout net.Error
		fmt.Println(errors.As(err, &timeout) && timeout.Timeout())
		return nil
	})
	// Output: true
}

func ExampleTCPStream_SetIdleTimeout() {
	connected(func(rt *eddy.Runtime, client, server *eddy.TCPStream) error {
		server.SetIdleTimeout(time.Millisecond)
		_, err := io.Copy(server, server) // the client says nothing
		fmt.Println(errors.Is(err, os.ErrDeadlineExceeded))
		return nil
	})
	// Output: true
}

func ExampleTCPStream_WriteBuffers() {
	connected(func(rt *eddy.Runtime, client, server *eddy.TCPStream) error {
		n, err := client.WriteBuffers(&net.Buffers{[]byte("header, "), []byte("body")}) // one system call
		fmt.Println(n, err)
		client.Close()
		data, err := io.ReadAll(server)
		fmt.Printf("%s %v\n", data, err)
		return nil
	})
	// Output:
	// 12 <nil>
	// header, body <nil>
}

func ExampleTCPStream_SyscallConn() {
	connected(func(rt *eddy.Runtime, client, server *eddy.TCPStream) error {
		raw, err := server.SyscallConn()
		if err != nil {
			return err
		}
		return raw.Control(func(fd uintptr) { fmt.Println("a descriptor above 2:", fd > 2) })
	})
	// Output: a descriptor above 2: true
}
