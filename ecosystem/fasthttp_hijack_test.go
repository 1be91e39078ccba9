package ecosystem

import (
	"bufio"
	"io"
	"net"
	"testing"
	"time"

	"github.com/valyala/fasthttp"

	"github.com/eddy-go/eddy"
)

const upgrade = "GET / HTTP/1.1\r\nHost: t\r\n\r\nfirst "

// fasthttp calls a hijack handler on a goroutine. Over a Runtime.NetConn it may wait there.
func TestFasthttpHijackOverNetConn(t *testing.T) {
	run(t, func(rt *eddy.Runtime) {
		client, conn := connect(t, rt)
		s := &fasthttp.Server{Handler: func(ctx *fasthttp.RequestCtx) {
			ctx.Hijack(func(c net.Conn) { io.Copy(c, c) }) // fasthttp closes it
		}}
		server := serve(rt, s, rt.NetConn(conn))
		hijacked(t, client)
		_, err := server.Join()
		must(t, err)
	})
}

// Without the adapter it hands the connection to a task, and waits for that.
func TestFasthttpHijackInATask(t *testing.T) {
	run(t, func(rt *eddy.Runtime) {
		handle := rt.Handle()
		defer handle.Release()
		client, conn := connect(t, rt)
		s := &fasthttp.Server{Handler: func(ctx *fasthttp.RequestCtx) {
			ctx.Hijack(func(c net.Conn) {
				ended := make(chan struct{})
				err := handle.Spawn(func() {
					defer close(ended)
					io.Copy(c, c)
				})
				if err == nil {
					<-ended
				}
			})
		}}
		server := serve(rt, s, conn)
		hijacked(t, client)
		_, err := server.Join()
		must(t, err)
	})
}

// fasthttp's own server starts goroutines. It runs over the adapter of a listener, and is stopped as it likes.
func TestFasthttpServesOverNetListener(t *testing.T) {
	run(t, func(rt *eddy.Runtime) {
		l, err := rt.ListenTCP("127.0.0.1:0")
		must(t, err)
		s := &fasthttp.Server{Handler: echo, CloseOnShutdown: true, MaxIdleWorkerDuration: time.Millisecond}
		listener := rt.NetListener(l)
		served := make(chan error, 1)
		go func() { served <- s.Serve(listener) }()
		for range 3 {
			client, err := rt.DialTCP(l.Addr().String())
			must(t, err)
			r := bufio.NewReader(client)
			for range 3 {
				write(t, client, "POST /s HTTP/1.1\r\nHost: t\r\nContent-Length: 4\r\n\r\ntext")
				answer(t, r, "/s", "text")
			}
			must(t, client.Close())
		}
		_, err = eddy.Await(rt, eddy.Offload(rt, func() (struct{}, error) { return struct{}{}, s.Shutdown() }))
		must(t, err)
		_, err = eddy.Await(rt, eddy.Offload(rt, func() (struct{}, error) { return struct{}{}, <-served }))
		must(t, err)
	})
}

// hijacked is the client: what it sends after its request comes back, that which came with it too.
func hijacked(t *testing.T, client *eddy.TCPStream) {
	t.Helper()
	write(t, client, upgrade)
	r := bufio.NewReader(client)
	var response fasthttp.Response
	must(t, response.Read(r))
	read(t, r, "first ")
	write(t, client, "second")
	read(t, r, "second")
	must(t, client.CloseWrite())
	if rest, err := io.ReadAll(r); len(rest) != 0 || err != nil {
		t.Errorf("%q, %v", rest, err)
	}
	must(t, client.Close())
}
