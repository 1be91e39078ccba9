package ecosystem

import (
	"bufio"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/valyala/fasthttp"

	"github.com/eddy-go/eddy"
)

// Read and write timeouts of the server end slow clients, and nobody else.
func TestFasthttpSlowClients(t *testing.T) {
	s := &fasthttp.Server{
		Handler: func(ctx *fasthttp.RequestCtx) {
			if string(ctx.Path()) == "/large" {
				ctx.WriteString(large)
				return
			}
			echo(ctx)
		},
		ReadTimeout: 20 * time.Millisecond, WriteTimeout: 20 * time.Millisecond, Logger: quiet{},
	}
	run(t, func(rt *eddy.Runtime) {
		other, otherConn := connect(t, rt)
		otherServer := serve(rt, &fasthttp.Server{Handler: echo}, otherConn)
		for name, request := range map[string]string{
			"nothing": "", "half a header": "GET /slow HTTP/1.1\r\nHo", "half a body": "POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 9\r\n\r\nab",
			"never reads": "GET /large HTTP/1.1\r\nHost: t\r\n\r\n",
		} {
			client, conn := connect(t, rt)
			server := serve(rt, s, conn)
			write(t, client, request)
			write(t, other, "GET /other HTTP/1.1\r\nHost: t\r\n\r\n")
			answer(t, bufio.NewReader(other), "/other", "")
			if _, err := server.Join(); !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("%s: %v", name, err)
			}
			if name != "never reads" {
				if _, err := io.ReadAll(client); err != nil { // perhaps a 408, then the end
					t.Errorf("%s: the client: %v", name, err)
				}
			}
			client.Close()
		}
		must(t, other.Close())
		otherServer.Join()
	})
}

type quiet struct{}

func (quiet) Printf(string, ...any) {}

// A panic of a handler ends its task. Who served the connection closes it, and all others go on.
func TestFasthttpPanicInAHandler(t *testing.T) {
	var panics []any
	config := eddy.Config{OnPanic: func(_ eddy.TaskInfo, p *eddy.PanicError) { panics = append(panics, p.Value) }}
	s := &fasthttp.Server{Handler: func(ctx *fasthttp.RequestCtx) {
		if string(ctx.Path()) == "/panic" {
			panic("the handler's own")
		}
		echo(ctx)
	}}
	runWith(t, config, func(rt *eddy.Runtime) {
		other, otherConn := connect(t, rt)
		serve(rt, s, otherConn)
		client, conn := connect(t, rt)
		rt.Spawn(func() {
			defer conn.Close()
			s.ServeConn(conn)
		})
		write(t, client, "GET /fine HTTP/1.1\r\nHost: t\r\n\r\n")
		r := bufio.NewReader(client)
		answer(t, r, "/fine", "")
		write(t, client, "GET /panic HTTP/1.1\r\nHost: t\r\n\r\n")
		if rest, err := io.ReadAll(r); len(rest) != 0 || err != nil {
			t.Errorf("%q, %v", rest, err)
		}
		if len(panics) != 1 || panics[0] != "the handler's own" {
			t.Errorf("OnPanic got %v", panics)
		}
		write(t, other, "GET /other HTTP/1.1\r\nHost: t\r\n\r\n")
		answer(t, bufio.NewReader(other), "/other", "")
		if n := s.GetCurrentConcurrency(); n != 1 {
			t.Errorf("fasthttp counts %d connections", n)
		}
		client.Close()
		other.Close()
	})
}

// A task that is cancelled ends its request wherever it waits: for a header, for a body, for room.
func TestFasthttpCanceled(t *testing.T) {
	s := &fasthttp.Server{Handler: func(ctx *fasthttp.RequestCtx) { ctx.WriteString(large) }, Logger: quiet{}}
	run(t, func(rt *eddy.Runtime) {
		for _, request := range []string{"", "GET / HT", "POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 9\r\n\r\nab", "GET / HTTP/1.1\r\nHost: t\r\n\r\n"} {
			client, conn := connect(t, rt)
			server := serve(rt, s, conn)
			write(t, client, request)
			untilWaiting(t, rt, 1)
			server.Cancel()
			if _, err := server.Join(); !errors.Is(err, eddy.ErrCanceled) {
				t.Errorf("%q: %v", request, err)
			}
			client.Close()
		}
	})
}

// WithTimeout limits what a handler waits for, in its own task: what fasthttp.TimeoutHandler does with a goroutine.
func TestFasthttpHandlerWithTimeout(t *testing.T) {
	run(t, func(rt *eddy.Runtime) {
		backend, silent := connect(t, rt)
		client, conn := connect(t, rt)
		server := serve(rt, &fasthttp.Server{Handler: func(ctx *fasthttp.RequestCtx) {
			err := rt.WithTimeout(time.Millisecond, func() error {
				_, err := backend.Read(make([]byte, 1))
				return err
			})
			if errors.Is(err, os.ErrDeadlineExceeded) {
				ctx.Error("too slow", fasthttp.StatusServiceUnavailable)
			}
		}}, conn)
		write(t, client, "GET / HTTP/1.1\r\nHost: t\r\n\r\n")
		var response fasthttp.Response
		must(t, response.Read(bufio.NewReader(client)))
		if response.StatusCode() != fasthttp.StatusServiceUnavailable || string(response.Body()) != "too slow" {
			t.Errorf("%d %q", response.StatusCode(), response.Body())
		}
		must(t, client.Close())
		_, err := server.Join()
		must(t, err)
		backend.Close()
		silent.Close()
	})
}

// A handler's own dial and its reads park the request's task, and the other tasks run.
func TestFasthttpHandlerWaits(t *testing.T) {
	run(t, func(rt *eddy.Runtime) {
		l, err := rt.ListenTCP("127.0.0.1:0")
		must(t, err)
		rt.Spawn(func() {
			for {
				stream, err := l.AcceptTCP()
				if err != nil {
					return
				}
				rt.Spawn(func() {
					defer stream.Close()
					question, _ := io.ReadAll(stream)
					write(t, stream, strings.ToUpper(string(question)))
				})
			}
		})
		s := &fasthttp.Server{Handler: func(ctx *fasthttp.RequestCtx) {
			backend, err := rt.DialTCP(l.Addr().String())
			if err != nil {
				ctx.Error(err.Error(), fasthttp.StatusBadGateway)
				return
			}
			defer backend.Close()
			backend.Write(ctx.PostBody())
			backend.CloseWrite()
			io.Copy(ctx, backend)
		}}
		var clients []*eddy.JoinHandle[struct{}]
		for range 20 {
			client, conn := connect(t, rt)
			serve(rt, s, conn)
			clients = append(clients, rt.Spawn(func() {
				r := bufio.NewReader(client)
				for range 5 {
					write(t, client, "POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 4\r\n\r\ntext")
					answer(t, r, "", "TEXT")
				}
				client.Close()
			}))
		}
		for _, client := range clients {
			client.Join()
		}
		must(t, l.Close())
	})
}
