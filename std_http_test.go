//go:build unix

package eddy_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
)

// serveHTTP serves one connection until the client ends it: http.ReadRequest, then Response.Write. It echoes bodies; a
// body of unknown length comes back in chunks.
func serveHTTP(conn net.Conn) error {
	defer conn.Close()
	r, w := bufio.NewReader(conn), bufio.NewWriter(conn)
	for {
		request, err := http.ReadRequest(r)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if request.Header.Get("Expect") == "100-continue" {
			if _, err := io.WriteString(conn, "HTTP/1.1 100 Continue\r\n\r\n"); err != nil {
				return err
			}
		}
		response := http.Response{
			StatusCode: http.StatusOK,
			ProtoMajor: 1, ProtoMinor: 1,
			Request:       request,
			Header:        http.Header{"Path": {request.URL.Path}},
			ContentLength: request.ContentLength,
			Body:          request.Body,
			Close:         request.Close,
		}
		if request.ContentLength < 0 {
			response.TransferEncoding = []string{"chunked"}
		}
		if err := errors.Join(response.Write(w), request.Body.Close(), w.Flush()); err != nil || request.Close {
			return err
		}
	}
}

// A keep-alive server and its client: no body, short ones, ones larger than all buffers, with and without a length.
func TestHTTPKeepAlive(t *testing.T) {
	messages := []struct {
		body         string
		lengthHidden bool
	}{{"", false}, {"short", false}, {large, false}, {"of unknown length", true}, {large, true}, {"the last one", false}}
	forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
		server := eddy.Spawn(rt, func() (struct{}, error) { return struct{}{}, serveHTTP(b) })
		r := bufio.NewReader(a)
		for i, m := range messages {
			var body io.Reader = strings.NewReader(m.body)
			if m.lengthHidden {
				body = struct{ io.Reader }{body}
			}
			request := got(http.NewRequest("POST", fmt.Sprintf("http://test/%d", i), body))(t)
			request.Close = i == len(messages)-1
			writer := eddy.Spawn(rt, func() (struct{}, error) { return struct{}{}, request.Write(a) })
			response := got(http.ReadResponse(r, request))(t)
			data, err := io.ReadAll(response.Body)
			if err != nil || string(data) != m.body || response.Header.Get("Path") != request.URL.Path {
				t.Errorf("%d: %s, %d bytes, want %d: %v", i, response.Status, len(data), len(m.body), err)
			}
			must(t, response.Body.Close())
			_, err = writer.Join()
			must(t, err)
		}
		wantEOF(t, r)
		_, err := server.Join()
		must(t, err)
	})
}

// Requests that come at once, or byte by byte, or that wait for leave to send their body.
func TestHTTPAwkwardClients(t *testing.T) {
	forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
		server := eddy.Spawn(rt, func() (struct{}, error) { return struct{}{}, serveHTTP(b) })
		r := bufio.NewReader(a)
		answer := func(path, body string) {
			t.Helper()
			response := got(http.ReadResponse(r, nil))(t)
			data, err := io.ReadAll(response.Body)
			if response.Header.Get("Path") != path || string(data) != body || err != nil {
				t.Errorf("%v, %q, %v; want %s, %q", response.Header, data, err, path, body)
			}
		}
		const some, more = "POST /1 HTTP/1.1\r\nHost: t\r\nContent-Length: 3\r\n\r\nabc", "GET /2 HTTP/1.1\r\nHost: t\r\n\r\n"
		const chunks = "PUT /3 HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1;x=y\r\nc\r\n0\r\n\r\n"
		writeText(t, a, some+more+chunks)
		answer("/1", "abc")
		answer("/2", "")
		answer("/3", "abc")
		dribble(t, rt, a, some+chunks)
		answer("/1", "abc")
		answer("/3", "abc")
		writeText(t, a, "POST /4 HTTP/1.1\r\nHost: t\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
		readText(t, r, "HTTP/1.1 100 Continue\r\n\r\n")
		writeText(t, a, "go")
		answer("/4", "go")
		must(t, a.CloseWrite())
		_, err := server.Join()
		must(t, err)
	})
}

// A request's body may come from another stream. Where the method has no body as a rule, package http tries one byte of it
// on a goroutine, unless the request says that it comes in chunks; a goroutine may not read a stream.
func TestHTTPBodyFromAStream(t *testing.T) {
	forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
		server := eddy.Spawn(rt, func() (struct{}, error) { return struct{}{}, serveHTTP(b) })
		for _, method := range []string{"PUT", "DELETE"} {
			source, body := tcpPair(t, rt)
			request := got(http.NewRequest(method, "http://test/"+method, body))(t)
			request.TransferEncoding = []string{"chunked"}
			writer := eddy.Spawn(rt, func() (struct{}, error) { return struct{}{}, request.Write(a) })
			dribble(t, rt, source, "slowly")
			must(t, source.Close())
			response := got(http.ReadResponse(bufio.NewReader(a), request))(t)
			if data, err := io.ReadAll(response.Body); string(data) != "slowly" || err != nil {
				t.Errorf("%s: %q, %v", method, data, err)
			}
			_, err := writer.Join() // it has closed the body, too
			must(t, err)
		}
		must(t, a.CloseWrite())
		_, err := server.Join()
		must(t, err)
	})
}

// A slow client is ended by the deadline in the headers and in the body, and another one is served meanwhile.
func TestHTTPSlowClients(t *testing.T) {
	forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
		for _, text := range []string{"", "GET / HTTP/1.1\r\n", "PUT / HTTP/1.1\r\nHost: t\r\nContent-Length: 5\r\n\r\nab"} {
			slow, conn := tcpPair(t, rt)
			counted := &countedReads{Conn: conn}
			server := eddy.Spawn(rt, func() (struct{}, error) { return struct{}{}, serveHTTP(counted) })
			dribble(t, rt, slow, text)
			until(t, rt, "the text was read", func() bool { return int(counted.n.Load()) == len(text) })
			must(t, conn.SetReadDeadline(rt.Now().Add(time.Millisecond)))
			if _, err := server.Join(); !isTimeout(err) {
				t.Errorf("%q: %v", text, err)
			}
			slow.Close()
		}
		rt.Spawn(func() { serveHTTP(b) })
		writeText(t, a, "GET /other HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n")
		if data, err := io.ReadAll(a); !strings.Contains(string(data), "Path: /other") || err != nil {
			t.Errorf("%q, %v", data, err)
		}
	})
}

func TestHTTPInterrupted(t *testing.T) {
	for name, text := range map[string]string{
		"nothing": "",
		"header":  "GET / HTTP/1.1\r\nHost: t\r\n",
		"body":    "PUT / HTTP/1.1\r\nHost: t\r\nContent-Length: 9\r\n\r\nab",
		"chunk":   "PUT / HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nab",
	} {
		t.Run(name, func(t *testing.T) {
			testInterruptedReads(t, text, func(conn net.Conn) error {
				request, err := http.ReadRequest(bufio.NewReader(conn))
				if err == nil {
					_, err = io.ReadAll(request.Body)
				}
				return err
			})
		})
	}
	t.Run("response", func(t *testing.T) {
		testInterruptedReads(t, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab", func(conn net.Conn) error {
			response, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err == nil {
				_, err = io.ReadAll(response.Body)
			}
			return err
		})
	})
	t.Run("Response.Write", func(t *testing.T) {
		testInterruptedWrites(t, func(conn net.Conn) error {
			r := http.Response{ProtoMajor: 1, ProtoMinor: 1, ContentLength: -1, Body: io.NopCloser(endless{})}
			return r.Write(conn)
		})
	})
	t.Run("Request.Write", func(t *testing.T) {
		testInterruptedWrites(t, func(conn net.Conn) error {
			r, err := http.NewRequest("GET", "http://test/"+large[:1000], nil)
			for err == nil {
				err = r.Write(conn)
			}
			return err
		})
	})
}
