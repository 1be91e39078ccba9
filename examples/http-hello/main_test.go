package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/eddy-go/eddy/examples/internal/program"
)

// start starts the program and returns its URL.
func start(t *testing.T) (*program.Program, string) {
	t.Helper()
	p := program.Start(t, program.Build(t), "--listen", "127.0.0.1:0")
	return p, "http://" + p.Address(t) + "/"
}

// curl runs curl and returns what it has printed.
func curl(t *testing.T, args ...string) string {
	t.Helper()
	c := program.Start(t, program.Tool(t, "curl"), append([]string{"--silent", "--show-error", "--fail-with-body"}, args...)...)
	out := c.Rest(t)
	if code := c.ExitCode(t); code != 0 {
		t.Fatalf("curl has ended with %d: %s%s", code, out, c.Log())
	}
	return out
}

// Three requests go over one connection.
func TestKeepAlive(t *testing.T) {
	_, url := start(t)
	got := curl(t, "--write-out", "%{num_connects} new, %{http_code}\n", url, url, url+"other")
	want := "hello, this is request 1\n1 new, 200\nhello, this is request 2\n0 new, 200\nhello, this is request 3\n0 new, 200\n"
	if got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// A body comes back as it was sent: with a length and in chunks, and with the question whether it may come (100-continue).
func TestPost(t *testing.T) {
	_, url := start(t)
	body := strings.Repeat("all of this comes back; ", 50_000)
	file := filepath.Join(t.TempDir(), "body")
	if err := os.WriteFile(file, []byte(body), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, header := range []string{"X-Plain: length", "Transfer-Encoding: chunked", "Expect: 100-continue"} {
		if got := curl(t, "--data-binary", "@"+file, "--header", header, url); got != body {
			t.Errorf("%s: %d bytes came back of %d", header, len(got), len(body))
		}
	}
}

func TestHeadAndOthers(t *testing.T) {
	_, url := start(t)
	if got := curl(t, "--head", url); !strings.HasPrefix(got, "HTTP/1.1 200 OK\r\n") || !strings.Contains(got, "Server: eddy\r\n") {
		t.Errorf("HEAD got %q", got)
	}
	if got := curl(t, "--no-fail-with-body", "--request", "DELETE", "--include", url); !strings.HasPrefix(got, "HTTP/1.1 405 ") || !strings.Contains(got, "Allow: GET, HEAD, POST\r\n") {
		t.Errorf("DELETE got %q", got)
	}
}

// wrk keeps 64 connections busy for a second: every answer is a good one.
func TestWrk(t *testing.T) {
	_, url := start(t)
	wrk := program.Start(t, program.Tool(t, "wrk"), "-t", "1", "-c", "64", "-d", "1s", url)
	out := wrk.Rest(t)
	if code := wrk.ExitCode(t); code != 0 {
		t.Fatalf("wrk has ended with %d: %s%s", code, out, wrk.Log())
	}
	if strings.Contains(out, "Socket errors") || strings.Contains(out, "Non-2xx") || !strings.Contains(out, "Requests/sec") {
		t.Errorf("wrk says:\n%s", out)
	}
}

// Requests that come in one piece are answered in their order, and a malformed one ends that connection only.
func TestPipelined(t *testing.T) {
	p := program.Start(t, program.Build(t), "--listen", "127.0.0.1:0")
	address := p.Address(t)
	client := program.Dial(t, address)
	const requests = 20
	io.WriteString(client, strings.Repeat("GET / HTTP/1.1\r\nHost: x\r\n\r\n", requests)+"NONSENSE\r\n\r\n")
	in := bufio.NewReader(client)
	for i := range requests {
		response, err := http.ReadResponse(in, nil)
		if err != nil {
			t.Fatal(err)
		}
		if body, err := io.ReadAll(response.Body); err != nil || string(body) != fmt.Sprintf("hello, this is request %d\n", i+1) {
			t.Errorf("request %d got %q, %v", i+1, body, err)
		}
	}
	if response, err := http.ReadResponse(in, nil); err != nil || response.StatusCode != http.StatusBadRequest {
		t.Errorf("nonsense got %v, %v", response, err)
	}
	other := program.Dial(t, address)
	io.WriteString(other, "GET / HTTP/1.0\r\n\r\n")
	if rest, err := io.ReadAll(other); err != nil || !strings.HasSuffix(string(rest), "request 21\n") {
		t.Errorf("got %q, %v", rest, err)
	}
}

// It stops in order, with a connection kept alive.
func TestStop(t *testing.T) {
	p := program.Start(t, program.Build(t), "--listen", "127.0.0.1:0")
	client := program.Dial(t, p.Address(t))
	io.WriteString(client, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	if _, err := http.ReadResponse(bufio.NewReader(client), nil); err != nil {
		t.Fatal(err)
	}
	p.Signal(t, syscall.SIGTERM)
	if rest := p.Rest(t); rest != "stopped after 1 requests\n" || p.ExitCode(t) != 0 {
		t.Errorf("%q, and exit code %d", rest, p.ExitCode(t))
	}
}

// At the stop a request that is under way is finished, and answered; connections without one are closed at once.
func TestStopFinishesRequests(t *testing.T) {
	p := program.Start(t, program.Build(t), "--listen", "127.0.0.1:0")
	address := p.Address(t)
	idle, busy := program.Dial(t, address), program.Dial(t, address)
	io.WriteString(busy, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\nExpect: 100-continue\r\n\r\n")
	busy.Expect(t, "HTTP/1.1 100 Continue\r\n\r\n")
	p.Signal(t, syscall.SIGTERM)
	idle.ExpectEnd(t)
	io.WriteString(busy, "0123456789")
	response, err := http.ReadResponse(bufio.NewReader(busy), nil)
	if err != nil {
		t.Fatal(err)
	}
	if body, err := io.ReadAll(response.Body); err != nil || string(body) != "0123456789" || !response.Close {
		t.Errorf("got %q, %v, the last one: %t", body, err, response.Close)
	}
	if rest := p.Rest(t); rest != "stopped after 1 requests\n" || p.ExitCode(t) != 0 {
		t.Errorf("%q, and exit code %d", rest, p.ExitCode(t))
	}
}

// A client who does not read the response is dropped: what he sends then fails.
func TestClientWhoDoesNotRead(t *testing.T) {
	p := program.Start(t, program.Build(t), "--listen", "127.0.0.1:0")
	client := program.Dial(t, p.Address(t))
	client.Conn.(*net.TCPConn).SetReadBuffer(4096) // so that the response finds no room
	const length = 4_000_000
	request := strings.NewReader(fmt.Sprintf("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n", length) + strings.Repeat("x", length))
	if _, err := io.Copy(client, request); err != nil {
		t.Fatal(err)
	}
	for chunk := make([]byte, 64<<10); ; {
		if _, err := client.Write(chunk); errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatal("he is still connected")
		} else if err != nil {
			return
		}
	}
}

func TestBadAddress(t *testing.T) {
	p := program.Start(t, program.Build(t), "--listen", "nonsense")
	if code := p.ExitCode(t); code != 1 || strings.Count(p.Log(), "\n") != 1 || !strings.Contains(p.Log(), "address nonsense: missing port") {
		t.Errorf("exit code %d, %q", code, p.Log())
	}
}
