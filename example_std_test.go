package eddy_test

import (
	"bufio"
	"compress/gzip"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/textproto"
	"os"
	"strings"
	"time"

	"github.com/eddy-go/eddy"
)

// Package bufio in a task: it reads and writes as over a net.Conn, and only the task waits.
func Example_bufio() {
	connected(func(rt *eddy.Runtime, client, server *eddy.TCPStream) error {
		rt.Spawn(func() {
			defer server.Close()
			lines := bufio.NewScanner(server)
			for lines.Scan() {
				fmt.Fprintf(server, "%s!\n", strings.ToUpper(lines.Text()))
			}
		})
		fmt.Fprint(client, "one\ntwo\n")
		answers := bufio.NewReader(client)
		for range 2 {
			line, err := answers.ReadString('\n')
			if err != nil {
				return err
			}
			fmt.Print(line)
		}
		return client.Close()
	})
	// Output:
	// ONE!
	// TWO!
}

// io.Copy between two streams, once for each direction, is a proxy.
func Example_copy() {
	connected(func(rt *eddy.Runtime, client, front *eddy.TCPStream) error {
		listener, err := rt.ListenTCP("127.0.0.1:0") // the server behind the proxy
		if err != nil {
			return err
		}
		rt.Spawn(func() {
			stream, err := listener.AcceptTCP()
			if err != nil {
				return
			}
			question, _ := io.ReadAll(stream)
			fmt.Fprintf(stream, "you asked: %s", question)
			stream.Close()
		})
		back, err := rt.DialTCP(listener.Addr().String())
		if err != nil {
			return err
		}
		rt.Spawn(func() {
			io.Copy(back, front)
			back.CloseWrite()
		})
		rt.Spawn(func() {
			io.Copy(front, back)
			front.Close()
		})

		fmt.Fprint(client, "what?")
		client.CloseWrite()
		_, err = io.Copy(os.Stdout, client)
		return err
	})
	// Output: you asked: what?
}

// A stream of JSON values.
func Example_json() {
	connected(func(rt *eddy.Runtime, client, server *eddy.TCPStream) error {
		type point struct{ X, Y int }
		rt.Spawn(func() {
			defer client.Close()
			out := json.NewEncoder(client)
			for i := range 3 {
				out.Encode(point{i, i * i})
			}
		})
		in := json.NewDecoder(server)
		for {
			var p point
			if err := in.Decode(&p); err == io.EOF {
				return nil
			} else if err != nil {
				return err
			}
			fmt.Println(p)
		}
	})
	// Output:
	// {0 0}
	// {1 1}
	// {2 4}
}

// A protocol of lines and answer codes, as SMTP is one.
func Example_textproto() {
	connected(func(rt *eddy.Runtime, client, server *eddy.TCPStream) error {
		rt.Spawn(func() {
			c := textproto.NewConn(server)
			defer c.Close()
			c.PrintfLine("354 end with a dot")
			text, _ := io.ReadAll(c.DotReader())
			c.PrintfLine("250 %d bytes", len(text))
		})
		c := textproto.NewConn(client)
		defer c.Close()
		if _, _, err := c.ReadResponse(354); err != nil {
			return err
		}
		w := c.DotWriter()
		fmt.Fprint(w, ".hello\n")
		w.Close()
		code, message, err := c.ReadResponse(250)
		fmt.Println(code, message, err)
		return nil
	})
	// Output: 250 7 bytes <nil>
}

// An HTTP server and its client on one connection, of the parts that package net/http is made of.
func Example_http() {
	connected(func(rt *eddy.Runtime, client, server *eddy.TCPStream) error {
		rt.Spawn(func() {
			defer server.Close()
			r := bufio.NewReader(server)
			for {
				request, err := http.ReadRequest(r)
				if err != nil {
					return
				}
				text := "this is " + request.URL.Path
				response := http.Response{
					StatusCode: http.StatusOK, ProtoMajor: 1, ProtoMinor: 1,
					ContentLength: int64(len(text)), Body: io.NopCloser(strings.NewReader(text)),
				}
				if err := response.Write(server); err != nil {
					return
				}
			}
		})
		r := bufio.NewReader(client)
		for _, path := range []string{"/a", "/b"} { // the connection is kept
			request, err := http.NewRequest("GET", "http://example.com"+path, nil)
			if err != nil {
				return err
			}
			if err := request.Write(client); err != nil {
				return err
			}
			response, err := http.ReadResponse(r, request)
			if err != nil {
				return err
			}
			text, err := io.ReadAll(response.Body)
			fmt.Printf("%s: %s %v\n", response.Status, text, err)
		}
		return client.Close()
	})
	// Output:
	// 200 OK: this is /a <nil>
	// 200 OK: this is /b <nil>
}

// Package crypto/tls on both ends, each in a task.
func Example_tls() {
	certificate, roots := exampleCertificate()
	connected(func(rt *eddy.Runtime, client, server *eddy.TCPStream) error {
		rt.Spawn(func() {
			conn := tls.Server(server, &tls.Config{Certificates: []tls.Certificate{certificate}, NextProtos: []string{"echo"}})
			io.Copy(conn, conn)
			conn.Close()
		})
		conn := tls.Client(client, &tls.Config{RootCAs: roots, ServerName: "example.com", NextProtos: []string{"echo"}})
		fmt.Fprint(conn, "secret") // makes the handshake first
		conn.CloseWrite()
		answer, err := io.ReadAll(conn)
		fmt.Printf("%s %v, protocol %s\n", answer, err, conn.ConnectionState().NegotiatedProtocol)
		return conn.Close()
	})
	// Output: secret <nil>, protocol echo
}

// A compressed stream, flushed after each message.
func Example_gzip() {
	connected(func(rt *eddy.Runtime, client, server *eddy.TCPStream) error {
		rt.Spawn(func() {
			defer client.Close()
			out := gzip.NewWriter(client)
			for _, text := range []string{"first", "second"} {
				fmt.Fprintln(out, text)
				out.Flush()
			}
			out.Close()
		})
		in, err := gzip.NewReader(server)
		if err != nil {
			return err
		}
		lines := bufio.NewScanner(in)
		for lines.Scan() {
			fmt.Println(lines.Text())
		}
		return lines.Err()
	})
	// Output:
	// first
	// second
}

// exampleCertificate returns a certificate for example.com, and who trusts it.
func exampleCertificate() (tls.Certificate, *x509.CertPool) {
	public, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		panic(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: []string{"example.com"}, NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, public, key)
	if err != nil {
		panic(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		panic(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(leaf)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, roots
}
