package ecosystem

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/valyala/fasthttp"

	"github.com/eddy-go/eddy"
)

// echo answers with the path and the body of the request.
func echo(ctx *fasthttp.RequestCtx) {
	ctx.Response.Header.Set("Path", string(ctx.Path()))
	ctx.Write(ctx.PostBody())
}

// serve serves one connection in a task.
func serve(rt *eddy.Runtime, s *fasthttp.Server, conn net.Conn) *eddy.JoinHandle[struct{}] {
	return eddy.Spawn(rt, func() (struct{}, error) { return struct{}{}, s.ServeConn(conn) })
}

// answer reads a response of echo and compares.
func answer(t *testing.T, r *bufio.Reader, path, body string) {
	t.Helper()
	var response fasthttp.Response
	must(t, response.Read(r))
	if code, got := response.StatusCode(), string(response.Header.Peek("Path")); code != 200 || got != path {
		t.Errorf("status %d, path %q; want %q", code, got, path)
	}
	if string(response.Body()) != body {
		t.Errorf("%d bytes came, want %d", len(response.Body()), len(body))
	}
}

// Requests follow each other on one connection: one by one, byte by byte, many at once, and the last one ends it.
func TestFasthttpKeepAlive(t *testing.T) {
	run(t, func(rt *eddy.Runtime) {
		client, conn := connect(t, rt)
		server := serve(rt, &fasthttp.Server{Handler: echo}, conn)
		r, w := bufio.NewReader(client), bufio.NewWriter(client)
		for i := range 3 {
			var request fasthttp.Request
			request.SetRequestURI(fmt.Sprintf("http://test/%d", i))
			request.Header.SetMethod("POST")
			request.SetBodyString("body")
			must(t, request.Write(w))
			must(t, w.Flush())
			answer(t, r, fmt.Sprintf("/%d", i), "body")
		}
		const post = "POST /p HTTP/1.1\r\nHost: t\r\nContent-Length: 3\r\n\r\nabc"
		const chunked = "PUT /c HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n"
		dribble(t, rt, client, post+chunked)
		answer(t, r, "/p", "abc")
		answer(t, r, "/c", "abc")

		pipelined := rt.Spawn(func() { write(t, client, strings.Repeat(post, 5000)) }) // more than the sockets hold
		for range 5000 {
			answer(t, r, "/p", "abc")
		}
		pipelined.Join()

		write(t, client, "POST /e HTTP/1.1\r\nHost: t\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
		read(t, r, "HTTP/1.1 100 Continue\r\n\r\n")
		write(t, client, "go")
		answer(t, r, "/e", "go")
		write(t, client, "GET /last HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n")
		answer(t, r, "/last", "")
		if _, err := r.ReadByte(); err != io.EOF {
			t.Errorf("after the last one: %v", err)
		}
		_, err := server.Join()
		must(t, err)
		client.Close()
	})
}

// Bodies that are larger than all buffers, in both directions: whole, or as streams.
func TestFasthttpLargeBodies(t *testing.T) {
	for name, s := range map[string]*fasthttp.Server{
		"whole": {Handler: echo, MaxRequestBodySize: 64 << 20},
		"streamed": {StreamRequestBody: true, Handler: func(ctx *fasthttp.RequestCtx) {
			ctx.Response.Header.Set("Path", string(ctx.Path()))
			ctx.Response.SetBodyStream(ctx.RequestBodyStream(), -1) // is read while the answer is written
		}},
		"stream writer": {MaxRequestBodySize: 64 << 20, Handler: func(ctx *fasthttp.RequestCtx) {
			ctx.Response.Header.Set("Path", string(ctx.Path()))
			body := bytes.Clone(ctx.PostBody())
			ctx.SetBodyStreamWriter(func(w *bufio.Writer) { // on a goroutine: the loop waits for it
				for len(body) > 0 {
					n, err := w.Write(body[:min(len(body), 1<<20)])
					if err != nil || w.Flush() != nil {
						return
					}
					body = body[n:]
				}
			})
		}},
	} {
		t.Run(name, func(t *testing.T) {
			run(t, func(rt *eddy.Runtime) {
				client, conn := connect(t, rt)
				server := serve(rt, s, conn)
				r := bufio.NewReader(client)
				for _, framing := range []string{
					fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(large), large),
					fmt.Sprintf("Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n3\r\nend\r\n0\r\n\r\n", len(large), large),
				} {
					want := large
					if strings.HasPrefix(framing, "Transfer") {
						want += "end"
					}
					writer := rt.Spawn(func() { write(t, client, "POST /l HTTP/1.1\r\nHost: t\r\n"+framing) })
					answer(t, r, "/l", want)
					writer.Join()
				}
				must(t, client.Close())
				_, err := server.Join()
				must(t, err)
			})
		})
	}
}

// A handler reads a streamed body as it comes, and answers before the client has sent the rest.
func TestFasthttpStreamedRequest(t *testing.T) {
	run(t, func(rt *eddy.Runtime) {
		client, conn := connect(t, rt)
		first := make([]byte, 5)
		s := &fasthttp.Server{StreamRequestBody: true, Handler: func(ctx *fasthttp.RequestCtx) {
			body := ctx.RequestBodyStream()
			io.ReadFull(body, first)
			write(t, conn, "seen") // past fasthttp: the client sends the rest when it reads this
			rest, err := io.ReadAll(body)
			fmt.Fprintf(ctx, "%d more, %v", len(rest), err)
		}}
		server := serve(rt, s, conn)
		write(t, client, "POST / HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n")
		r := bufio.NewReader(client)
		read(t, r, "seen")
		dribble(t, rt, client, "6\r\nsecond\r\n0\r\n\r\n")
		var response fasthttp.Response
		must(t, response.Read(r))
		if string(first) != "first" || string(response.Body()) != "6 more, <nil>" {
			t.Errorf("%q, %q", first, response.Body())
		}
		must(t, client.Close())
		_, err := server.Join()
		must(t, err)
	})
}

// Clients that are not ours: net/http on goroutines, keeping their connections.
func TestFasthttpServesNetHTTP(t *testing.T) {
	run(t, func(rt *eddy.Runtime) {
		l, err := rt.ListenTCP("127.0.0.1:0")
		must(t, err)
		s, connections := &fasthttp.Server{Handler: echo}, 0
		rt.Spawn(func() {
			for {
				conn, err := l.Accept()
				if err != nil {
					return
				}
				connections++
				serve(rt, s, conn)
			}
		})
		_, err = eddy.Await(rt, eddy.Offload(rt, func() (struct{}, error) {
			transport := &http.Transport{}
			defer transport.CloseIdleConnections()
			client := http.Client{Transport: transport}
			for i := range 20 {
				text := fmt.Sprintf("text %d", i)
				response, err := client.Post("http://"+l.Addr().String()+"/n", "text/plain", strings.NewReader(text))
				if err != nil {
					return struct{}{}, err
				}
				back, err := io.ReadAll(response.Body)
				response.Body.Close()
				if err != nil || string(back) != text || response.Header.Get("Path") != "/n" {
					t.Errorf("%q, %v", back, err)
				}
			}
			return struct{}{}, nil
		}))
		must(t, err)
		if connections != 1 {
			t.Errorf("%d connections", connections)
		}
		must(t, l.Close())
	})
}
