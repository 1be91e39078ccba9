package ecosystem_test

import (
	"bufio"
	"context"
	"fmt"
	"net"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"
	"github.com/pires/go-proxyproto"
	"github.com/valyala/fasthttp"

	"github.com/eddy-go/eddy"
)

// A fasthttp server whose connections are tasks. The handler may wait as a task does.
func Example_fasthttp() {
	server := &fasthttp.Server{Handler: func(ctx *fasthttp.RequestCtx) {
		fmt.Fprintf(ctx, "hello, %s", ctx.Path())
	}}
	err := eddy.BlockOn(func(rt *eddy.Runtime) error {
		listener, err := rt.ListenTCP("127.0.0.1:0")
		if err != nil {
			return err
		}
		rt.Spawn(func() {
			for {
				stream, err := listener.AcceptTCP()
				if err != nil {
					return
				}
				rt.Spawn(func() { server.ServeConn(stream) })
			}
		})

		stream, err := rt.DialTCP(listener.Addr().String())
		if err != nil {
			return err
		}
		defer stream.Close()
		var request fasthttp.Request
		var response fasthttp.Response
		request.SetRequestURI("http://example.com/world")
		if _, err := request.WriteTo(stream); err != nil {
			return err
		}
		if err := response.Read(bufio.NewReader(stream)); err != nil {
			return err
		}
		fmt.Printf("%d %s\n", response.StatusCode(), response.Body())
		return listener.Close()
	})
	fmt.Println(err)
	// Output:
	// 200 hello, /world
	// <nil>
}

// A server behind a proxy that tells where its clients come from.
func Example_proxyproto() {
	err := eddy.BlockOn(func(rt *eddy.Runtime) error {
		inner, err := rt.ListenTCP("127.0.0.1:0")
		if err != nil {
			return err
		}
		listener := &proxyproto.Listener{Listener: inner}
		served := rt.Spawn(func() {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			defer conn.Close()
			fmt.Println("client", conn.RemoteAddr()) // waits for the header
			line, err := bufio.NewReader(conn).ReadString('\n')
			fmt.Printf("%q %v\n", line, err)
		})

		proxy, err := rt.DialTCP(listener.Addr().String())
		if err != nil {
			return err
		}
		defer proxy.Close()
		client := &net.TCPAddr{IP: net.IPv4(203, 0, 113, 7), Port: 4711}
		if _, err := proxyproto.HeaderProxyFromAddrs(2, client, proxy.RemoteAddr()).WriteTo(proxy); err != nil {
			return err
		}
		fmt.Fprintln(proxy, "hello")
		served.Join()
		return listener.Close()
	})
	fmt.Println(err)
	// Output:
	// client 203.0.113.7:4711
	// "hello\n" <nil>
	// <nil>
}

// A WebSocket server and its client, each in a task.
func Example_ws() {
	err := eddy.BlockOn(func(rt *eddy.Runtime) error {
		listener, err := rt.ListenTCP("127.0.0.1:0")
		if err != nil {
			return err
		}
		rt.Spawn(func() {
			stream, err := listener.AcceptTCP()
			if err != nil {
				return
			}
			defer stream.Close()
			if _, err := ws.Upgrade(stream); err != nil {
				return
			}
			for {
				text, op, err := wsutil.ReadClientData(stream) // answers pings
				if err != nil {
					return
				}
				wsutil.WriteServerMessage(stream, op, text)
			}
		})

		dialer := ws.Dialer{NetDial: func(ctx context.Context, network, address string) (net.Conn, error) {
			stream, err := rt.DialContext(ctx, network, address)
			if err != nil {
				return nil, err // and no net.Conn that holds a nil stream
			}
			return stream, nil
		}}
		conn, _, _, err := dialer.Dial(context.Background(), "ws://"+listener.Addr().String())
		if err != nil {
			return err
		}
		defer conn.Close()
		if err := wsutil.WriteClientText(conn, []byte("hello")); err != nil {
			return err
		}
		text, err := wsutil.ReadServerText(conn)
		fmt.Printf("%s %v\n", text, err)
		return listener.Close()
	})
	fmt.Println(err)
	// Output:
	// hello <nil>
	// <nil>
}
