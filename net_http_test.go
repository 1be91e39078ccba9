//go:build unix

package eddy_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"sync"
	"testing"
	"time"

	"github.com/eddy-go/eddy/internal/kernel"
)

// site is package net/http's server on an adapter, and its client, which dials through the same runtime.
type site struct {
	*loop
	*httptest.Server
	client *http.Client
}

// newSite serves until the end of the test: by HTTP/1.1, or by HTTP/2 over TLS.
func newSite(t *testing.T, k kernel.Kernel, h2 bool, handler http.HandlerFunc) *site {
	t.Helper()
	l := startLoop(t, k)
	server := httptest.NewUnstartedServer(handler)
	server.Listener.Close()
	server.Listener = l.listen(t, "tcp")
	if server.EnableHTTP2 = h2; h2 {
		server.StartTLS()
	} else {
		server.Start()
	}
	t.Cleanup(server.Close)
	client := server.Client()
	transport := client.Transport.(*http.Transport)
	transport.DialContext = l.handle.DialContext
	transport.ExpectContinueTimeout = time.Hour
	t.Cleanup(client.CloseIdleConnections)
	return &site{l, server, client}
}

// body returns the response's body, which it closes.
func body(t *testing.T, r *http.Response, err error) []byte {
	t.Helper()
	must(t, err)
	defer r.Body.Close()
	return got(io.ReadAll(r.Body))(t)
}

func TestHTTPKeepsConnectionsAlive(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		s := newSite(t, k, false, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.RemoteAddr) })
		peers := map[string]bool{}
		for range 50 {
			r, err := s.client.Get(s.URL)
			peers[string(body(t, r, err))] = true
		}
		if len(peers) != 1 {
			t.Errorf("50 requests came over %d connections", len(peers))
		}
	})
}

// A chunked body goes there and comes back chunked, while the rest of it is still on its way.
func TestHTTPStreamsBothWays(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		s := newSite(t, k, false, func(w http.ResponseWriter, r *http.Request) {
			c := http.NewResponseController(w)
			c.EnableFullDuplex()
			w.WriteHeader(http.StatusOK)
			c.Flush()
			io.Copy(w, r.Body)
		})
		reader, writer := io.Pipe()
		sent := sha256.New()
		go func() {
			defer writer.Close()
			for i := range 200 {
				fmt.Fprintf(io.MultiWriter(sent, writer), "%d %s\n", i, bytes.Repeat([]byte{'a' + byte(i%26)}, i*300))
			}
		}()
		r := got(s.client.Post(s.URL, "text/plain", reader))(t)
		back := sha256.New()
		n, err := io.Copy(back, r.Body)
		must(t, err)
		r.Body.Close()
		if len(r.TransferEncoding) == 0 || r.TransferEncoding[0] != "chunked" {
			t.Errorf("transfer encoding %q", r.TransferEncoding)
		}
		if !bytes.Equal(sent.Sum(nil), back.Sum(nil)) {
			t.Errorf("the %d bytes that came back are others", n)
		}
	})
}

func TestHTTPBigBodies(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		s := newSite(t, k, false, func(w http.ResponseWriter, r *http.Request) {
			p, err := io.ReadAll(r.Body)
			if err != nil {
				t.Error(err)
			}
			w.Write(p)
		})
		const size = 8 << 20
		var wg sync.WaitGroup
		for i := range 4 {
			wg.Go(func() {
				p := bytes.Repeat([]byte{byte(i), 1, 2, 3}, size/4)
				r, err := s.client.Post(s.URL, "application/octet-stream", bytes.NewReader(p))
				if err != nil {
					t.Error(err)
					return
				}
				defer r.Body.Close()
				if back, err := io.ReadAll(r.Body); err != nil || !bytes.Equal(p, back) {
					t.Errorf("%d bytes came back: %v", len(back), err)
				}
			})
		}
		wg.Wait()
	})
}

func TestHTTPExpectContinue(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		s := newSite(t, k, false, func(w http.ResponseWriter, r *http.Request) { io.Copy(w, r.Body) })
		continued := false
		ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{Got100Continue: func() { continued = true }})
		request := got(http.NewRequestWithContext(ctx, "POST", s.URL, bytes.NewReader([]byte("hello"))))(t)
		request.Header.Set("Expect", "100-continue")
		r, err := s.client.Do(request)
		if text := body(t, r, err); string(text) != "hello" || !continued {
			t.Errorf("got %q; continued: %v", text, continued)
		}
	})
}

// A handler takes the connection over, as websocket servers do. The server's own read of it, which is in progress, ends
// first.
func TestHTTPHijack(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		s := newSite(t, k, false, func(w http.ResponseWriter, r *http.Request) {
			c, both, err := http.NewResponseController(w).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			defer c.Close()
			fmt.Fprint(both, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: shout\r\n\r\n")
			both.Flush()
			for {
				line, err := both.ReadString('\n')
				if err != nil {
					return
				}
				both.WriteString("you said " + line)
				both.Flush()
			}
		})
		c := got(s.handle.DialContext(t.Context(), "tcp", s.Listener.Addr().String()))(t)
		defer c.Close()
		writeText(t, c, "GET / HTTP/1.1\r\nHost: eddy\r\nConnection: Upgrade\r\nUpgrade: shout\r\n\r\n")
		reader := bufio.NewReader(c)
		r := got(http.ReadResponse(reader, nil))(t)
		if r.StatusCode != http.StatusSwitchingProtocols {
			t.Fatal(r.Status)
		}
		for i := range 20 {
			writeText(t, c, fmt.Sprintln("line", i))
			if line, err := reader.ReadString('\n'); err != nil || line != fmt.Sprintln("you said line", i) {
				t.Fatalf("got %q, %v", line, err)
			}
		}
	})
}

// Shutdown lets the requests that run come to their end, and ends Serve.
func TestHTTPShutdownWhileRequestsRun(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		l := startLoop(t, k)
		const requests = 8
		running, goOn := make(chan struct{}, requests), make(chan struct{})
		server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			running <- struct{}{}
			<-goOn
			fmt.Fprint(w, "done")
		})}
		listener := l.listen(t, "tcp")
		served := make(chan error, 1)
		go func() { served <- server.Serve(listener) }()
		client := &http.Client{Transport: &http.Transport{DialContext: l.handle.DialContext}}
		defer client.CloseIdleConnections()
		var wg sync.WaitGroup
		for range requests {
			wg.Go(func() {
				r, err := client.Get("http://" + listener.Addr().String())
				if err != nil {
					t.Error(err)
					return
				}
				defer r.Body.Close()
				if text, err := io.ReadAll(r.Body); string(text) != "done" || err != nil {
					t.Errorf("got %q, %v", text, err)
				}
			})
		}
		for range requests {
			<-running
		}
		over := make(chan error, 1)
		go func() { over <- server.Shutdown(context.Background()) }()
		if err := <-served; !errors.Is(err, http.ErrServerClosed) {
			t.Errorf("Serve: %v", err)
		}
		if _, err := l.handle.DialContext(t.Context(), "tcp", listener.Addr().String()); err == nil {
			t.Error("it still listens")
		}
		close(goOn)
		wg.Wait()
		must(t, <-over)
	})
}

// Many requests run at once over one connection of HTTP/2, with TLS from end to end.
func TestHTTP2OverTLS(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		s := newSite(t, k, true, func(w http.ResponseWriter, r *http.Request) {
			p, _ := io.ReadAll(r.Body)
			fmt.Fprintf(w, "%s %s %s", r.Proto, r.RemoteAddr, p)
		})
		r, err := s.client.Get(s.URL) // so that all others find the connection
		first := string(bytes.TrimSpace(body(t, r, err)))
		var wg sync.WaitGroup
		for i := range 200 {
			wg.Go(func() {
				text := fmt.Sprint("request ", i)
				r, err := s.client.Post(s.URL, "text/plain", bytes.NewReader([]byte(text)))
				if err != nil {
					t.Error(err)
					return
				}
				defer r.Body.Close()
				if back, err := io.ReadAll(r.Body); err != nil || string(back) != first+" "+text || r.Proto != "HTTP/2.0" {
					t.Errorf("%s: got %q, %v", r.Proto, back, err)
				}
			})
		}
		wg.Wait()
	})
}

// A runtime that ends while a server serves ends the server too: no goroutine waits for it.
func TestHTTPServerWhoseRuntimeEnds(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		l := startLoop(t, k)
		server := &http.Server{Handler: http.NotFoundHandler()}
		served := make(chan error, 1)
		listener := l.listen(t, "tcp")
		go func() { served <- server.Serve(listener) }()
		c := got(net.Dial("tcp", listener.Addr().String()))(t)
		defer c.Close()
		writeText(t, c, "GET / HTTP/1.1\r\nHost: eddy\r\n\r\n")
		got(http.ReadResponse(bufio.NewReader(c), nil))(t)
		l.end(t)
		if err := <-served; !errors.Is(err, net.ErrClosed) {
			t.Errorf("Serve: %v", err)
		}
	})
}
