package main

import (
	"crypto/tls"
	"go/parser"
	"go/token"
	"net"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"

	"github.com/eddy-go/eddy/examples/internal/program"
)

// onBoth runs a test against both mains.
func onBoth(t *testing.T, test func(t *testing.T, p *program.Program, address string)) {
	binary := program.Build(t)
	for _, on := range []string{"net", "eddy"} {
		t.Run(on, func(t *testing.T) {
			p := program.Start(t, binary, "--on", on, "--listen", "127.0.0.1:0")
			test(t, p, p.Address(t))
		})
	}
}

// OpenSSL talks to both mains, in both versions of the protocol.
func TestOpenSSL(t *testing.T) {
	openssl := program.Tool(t, "openssl")
	onBoth(t, func(t *testing.T, _ *program.Program, address string) {
		for flag, version := range map[string]string{"-tls1_2": "TLS 1.2", "-tls1_3": "TLS 1.3"} {
			t.Run(flag, func(t *testing.T) {
				client := program.Start(t, openssl, "s_client", "-quiet", "-no_ign_eof", flag, "-connect", address)
				if line, want := client.Line(t), "hello over "+version; line != want {
					t.Errorf("%q, want %q", line, want)
				}
				for _, line := range []string{"one", "", strings.Repeat("two and ", 400)} {
					client.Say(t, line)
					if got := client.Line(t); got != line {
						t.Errorf("%q came back as %q", line, got)
					}
				}
				client.Stdin.Close()
				if rest := client.Rest(t); rest != "" || client.ExitCode(t) != 0 {
					t.Errorf("%q, and exit code %d", rest, client.ExitCode(t))
				}
			})
		}
	})
}

// A client that ends its direction gets everything back, the line without an end too, and then the end.
func TestHalfClose(t *testing.T) {
	onBoth(t, func(t *testing.T, _ *program.Program, address string) {
		client := program.Client{Conn: tls.Client(program.Dial(t, address), &tls.Config{InsecureSkipVerify: true})}
		client.Expect(t, "hello over TLS 1.3\n")
		text := strings.Repeat("many lines\n", 1000) + "and a last one"
		if _, err := client.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
		if err := client.Conn.(*tls.Conn).CloseWrite(); err != nil {
			t.Fatal(err)
		}
		client.Expect(t, text)
		client.ExpectEnd(t)
	})
}

// A line comes back as soon as it is whole, though a part of the next one is there already.
func TestPartOfALine(t *testing.T) {
	onBoth(t, func(t *testing.T, _ *program.Program, address string) {
		client := program.Client{Conn: tls.Client(program.Dial(t, address), &tls.Config{InsecureSkipVerify: true})}
		client.Expect(t, "hello over TLS 1.3\n")
		for _, piece := range []struct{ sent, back string }{{"one\ntw", "one\n"}, {"o\nthr", "two\n"}, {"ee\n", "three\n"}} {
			if _, err := client.Write([]byte(piece.sent)); err != nil {
				t.Fatal(err)
			}
			client.Expect(t, piece.back)
		}
	})
}

// A client that takes too long for a line is told so by a proper end.
func TestLateLine(t *testing.T) {
	config, err := selfSigned()
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) { // where ten seconds are over at once
		here, there := net.Pipe()
		go handle(there, config)
		client := program.Client{Conn: tls.Client(here, &tls.Config{InsecureSkipVerify: true})}
		defer client.Close()
		client.Expect(t, "hello over TLS 1.3\n")
		if _, err := client.Write([]byte("one\ntw")); err != nil {
			t.Fatal(err)
		}
		client.Expect(t, "one\n")
		client.ExpectEnd(t)
	})
}

// A client that does not speak TLS is dropped, and others are served.
func TestPlainTextClient(t *testing.T) {
	onBoth(t, func(t *testing.T, _ *program.Program, address string) {
		plain := program.Dial(t, address)
		if _, err := plain.Write([]byte("GET / HTTP/1.1\r\n\r\n")); err != nil {
			t.Fatal(err)
		}
		plain.ExpectEnd(t)
		other := program.Client{Conn: tls.Client(program.Dial(t, address), &tls.Config{InsecureSkipVerify: true})}
		other.Expect(t, "hello over TLS 1.3\n")
		other.Echo(t, "line\n")
	})
}

// Both mains stop in order, with a client connected.
func TestStop(t *testing.T) {
	onBoth(t, func(t *testing.T, p *program.Program, address string) {
		client := program.Client{Conn: tls.Client(program.Dial(t, address), &tls.Config{InsecureSkipVerify: true})}
		client.Expect(t, "hello over TLS 1.3\n")
		p.Signal(t, syscall.SIGTERM)
		if rest := p.Rest(t); rest != "stopped\n" || p.ExitCode(t) != 0 {
			t.Errorf("%q, and exit code %d", rest, p.ExitCode(t))
		}
	})
}

func TestBadAddress(t *testing.T) {
	binary := program.Build(t)
	for _, on := range []string{"net", "eddy"} {
		p := program.Start(t, binary, "--on", on, "--listen", "nonsense")
		if code := p.ExitCode(t); code != 1 || strings.Count(p.Log(), "\n") != 1 || !strings.Contains(p.Log(), "address nonsense: missing port") {
			t.Errorf("%s: exit code %d, %q", on, code, p.Log())
		}
	}
}

// The handler imports the standard library alone.
func TestNoChangeButTheListener(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "handler.go", nil, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	for _, spec := range file.Imports {
		if strings.Contains(spec.Path.Value, ".") {
			t.Errorf("the handler imports %s", spec.Path.Value)
		}
	}
}
