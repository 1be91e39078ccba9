package eddytls_test

import (
	"bufio"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/eddytls"
)

// A TLS echo server and its client, in one runtime. The handshake happens in the task of each client, so one that is slow
// holds up no other.
func Example() {
	err := eddy.BlockOn(func(rt *eddy.Runtime) error {
		tcp, err := rt.ListenTCP("127.0.0.1:0") // any free port
		if err != nil {
			return err
		}
		listener := eddytls.NewListener(rt, tcp, &tls.Config{Certificates: []tls.Certificate{authority().cert}})
		rt.Spawn(func() {
			for {
				conn, err := listener.AcceptTLS()
				if err != nil {
					return
				}
				rt.Spawn(func() {
					defer conn.Close()
					conn.SetDeadline(rt.Now().Add(10 * time.Second))
					io.Copy(conn, conn)
				})
			}
		})

		conn, err := eddytls.Dial(rt, "tcp", listener.Addr().String(), &tls.Config{RootCAs: authority().pool})
		if err != nil {
			return err
		}
		defer conn.Close()
		fmt.Fprintln(conn, "hello")
		line, err := bufio.NewReader(conn).ReadString('\n')
		fmt.Print(line)
		return err
	})
	if err != nil {
		log.Fatal(err)
	}
	// Output: hello
}

// both runs fn with both ends of a TLS connection.
func both(fn func(rt *eddy.Runtime, client, server *eddytls.Conn) error) {
	err := eddy.BlockOn(func(rt *eddy.Runtime) error {
		tcp, err := rt.ListenTCP("127.0.0.1:0")
		if err != nil {
			return err
		}
		stream, err := rt.DialTCP(tcp.Addr().String())
		if err != nil {
			return err
		}
		server, err := eddytls.NewListener(rt, tcp, serverConfig()).AcceptTLS()
		if err != nil {
			return err
		}
		return fn(rt, eddytls.Client(rt, stream, clientConfig()), server)
	})
	if err != nil {
		fmt.Println(err)
	}
}

// One task reads while another writes, from the first moment on. The first of them does the handshake.
func ExampleConn() {
	both(func(rt *eddy.Runtime, client, server *eddytls.Conn) error {
		rt.Spawn(func() { io.Copy(server, server) })
		reader := rt.Spawn(func() {
			answer := make([]byte, 5)
			io.ReadFull(client, answer)
			fmt.Printf("%s, version %s\n", answer, tls.VersionName(client.ConnectionState().Version))
		})
		if _, err := client.Write([]byte("hello")); err != nil {
			return err
		}
		_, err := reader.Join()
		return err
	})
	// Output: hello, version TLS 1.3
}

// A client that says nothing is dropped after a while.
func ExampleConn_Handshake() {
	both(func(rt *eddy.Runtime, client, server *eddytls.Conn) error {
		server.SetDeadline(rt.Now().Add(time.Millisecond))
		err := server.Handshake()
		fmt.Println("in time:", !errors.Is(err, os.ErrDeadlineExceeded))
		return server.Close()
	})
	// Output: in time: false
}

// The end of one direction is told to the peer, and the other direction goes on.
func ExampleConn_CloseWrite() {
	both(func(rt *eddy.Runtime, client, server *eddytls.Conn) error {
		rt.Spawn(func() {
			question, _ := io.ReadAll(server)
			fmt.Fprintf(server, "%d bytes", len(question))
			server.Close()
		})
		fmt.Fprint(client, "how long is this?")
		if err := client.CloseWrite(); err != nil {
			return err
		}
		answer, err := io.ReadAll(client)
		fmt.Printf("%s\n", answer)
		return err
	})
	// Output: 17 bytes
}

// A Conn is a net.Conn, a Listener a net.Listener.
func ExampleListener() {
	eddy.BlockOn(func(rt *eddy.Runtime) error {
		tcp, err := rt.ListenTCP("127.0.0.1:0")
		if err != nil {
			return err
		}
		var l net.Listener = eddytls.NewListener(rt, tcp, serverConfig())
		rt.Spawn(func() { l.Close() })
		_, err = l.Accept()
		fmt.Println(errors.Is(err, net.ErrClosed))
		return nil
	})
	// Output: true
}
