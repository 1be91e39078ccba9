package eddytls_test

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/eddytls"
)

// A close_notify ends one direction: the other goes on, until it is ended too.
func TestHalfClose(t *testing.T) {
	forEachVersion(t, func(t *testing.T, rt *eddy.Runtime, clientConfig, serverConfig *tls.Config) {
		client, server := connect(t, rt, clientConfig, serverConfig)
		if err := client.CloseWrite(); err == nil {
			t.Error("CloseWrite before the handshake")
		}
		shake(t, rt, client, server)
		writeText(t, client, "question")
		must(t, client.CloseWrite())
		must(t, client.CloseWrite())
		if _, err := client.Write([]byte("more")); err == nil {
			t.Error("wrote after CloseWrite")
		}
		readText(t, server, "question")
		wantEOF(t, server)
		writeText(t, server, "answer")
		readText(t, client, "answer")
		must(t, server.CloseWrite())
		wantEOF(t, client)
		wantEOF(t, client)
		must(t, server.Close())
		must(t, client.Close())
	})
}

// A Close tells the peer that the end is meant, even if the program ends right after it. Without a close_notify the peer
// would find the stream's end.
func TestCloseNotifyIsTheLastWord(t *testing.T) {
	onLoop(t, func(t *testing.T, rt *eddy.Runtime) {
		a, b := streams(t, rt)
		h := eddy.Spawn(rt, func() (struct{}, error) {
			conn := eddytls.Server(rt, b, serverConfig())
			_, err := conn.Write([]byte("bye"))
			conn.Close()
			return struct{}{}, err
		})
		p := newRawPeer(t, a)
		readText(t, p, "bye")
		if err := p.receive(); err != io.EOF {
			t.Errorf("in place of a close_notify: %v", err)
		}
		if _, err := p.s.Read(make([]byte, 1)); err != io.EOF {
			t.Errorf("in place of the stream's end: %v", err)
		}
		_, err := h.Join()
		must(t, err)
		must(t, p.s.Close())
	})
}

// So it is where the runtime ends right after the Close, and where that end cancels the task and it wants to say so.
func TestCloseNotifyAtTheEndOfTheRuntime(t *testing.T) {
	for _, how := range []string{"closed before", "cancelled"} {
		t.Run(how, func(t *testing.T) {
			onLoop(t, func(t *testing.T, rt *eddy.Runtime) {
				address, ended := make(chan string, 1), make(chan error, 1)
				go func() {
					ended <- eddy.BlockOn(func(rt *eddy.Runtime) error { return serveOne(rt, address, how == "cancelled") })
				}()
				p := newRawPeer(t, got(rt.DialTCP(<-address))(t))
				p.send(p.text("go"))
				if err := p.receive(); err != io.EOF {
					t.Errorf("in place of a close_notify: %v", err)
				}
				must(t, p.s.Close())
				must(t, <-ended)
			})
		})
	}
}

// serveOne is the main function of a runtime that ends when it has got a connection and a word.
func serveOne(rt *eddy.Runtime, address chan<- string, cancelled bool) error {
	tcp, err := rt.ListenTCP("127.0.0.1:0")
	if err != nil {
		return err
	}
	config := serverConfig()
	config.SessionTicketsDisabled = true // the first record is the last word
	l := eddytls.NewListener(rt, tcp, config)
	address <- l.Addr().String()
	conn, err := l.AcceptTLS()
	if err != nil {
		return err
	}
	if _, err := conn.Read(make([]byte, 2)); err != nil || !cancelled {
		return errors.Join(err, conn.Close())
	}
	rt.Spawn(func() {
		defer conn.Close()
		defer rt.Shield(conn.CloseWrite)
		_, _ = conn.Read(make([]byte, 1))
	})
	return rt.Yield()
}

// A Close ends what waits, and says nothing to a peer that waits for the rest of a record.
func TestCloseEndsReadsAndWritesThatWait(t *testing.T) {
	for _, where := range []string{"in a task", "in a goroutine"} {
		t.Run(where, func(t *testing.T) {
			onLoop(t, func(t *testing.T, rt *eddy.Runtime) {
				client, server := pair(t, rt)
				read := func() (int, error) { return server.Read(make([]byte, 1)) }
				write := func() (int, error) { return server.Write(make([]byte, 8<<20)) }
				waits := []*eddy.JoinHandle[int]{
					eddy.Spawn(rt, read), eddy.Spawn(rt, read), eddy.Spawn(rt, write), eddy.Spawn(rt, write),
				}
				untilWaiting(t, rt, len(waits))
				closing(t, where, server)
				for i, h := range waits {
					if _, err := h.Join(); !errors.Is(err, net.ErrClosed) {
						t.Errorf("wait %d: %v", i, err)
					}
				}
				if _, err := server.Read(make([]byte, 1)); !errors.Is(err, net.ErrClosed) {
					t.Errorf("a read after the Close: %v", err)
				}
				if _, err := server.Write(nil); !errors.Is(err, net.ErrClosed) {
					t.Errorf("a write after the Close: %v", err)
				}
				if err := server.SetDeadline(rt.Now()); !errors.Is(err, net.ErrClosed) {
					t.Errorf("a deadline after the Close: %v", err)
				}
				if err := server.Close(); !errors.Is(err, net.ErrClosed) {
					t.Errorf("a second Close: %v", err)
				}
				// The stream ends in the middle of a record, or by chance behind one.
				if _, err := io.Copy(io.Discard, client); err != nil && err != io.ErrUnexpectedEOF {
					t.Errorf("the peer: %v", err)
				}
				must(t, client.Close())
			})
		})
	}
}

// A Close in the middle of a Write says no close_notify, though there be room for one: the peer would take a part for all.
func TestCloseInTheMiddleOfAWriteIsNoCleanEnd(t *testing.T) {
	besideRawPeer(t, func(t *testing.T, rt *eddy.Runtime, conn *eddytls.Conn, p *rawPeer, _ []byte, writer *eddy.JoinHandle[int]) {
		must(t, conn.Close())
		if _, err := io.Copy(io.Discard, p); err == nil {
			t.Error("a close_notify")
		}
		if _, err := writer.Join(); !errors.Is(err, net.ErrClosed) {
			t.Errorf("the write: %v", err)
		}
		must(t, p.s.Close())
	})
}

// closing closes a Conn.
func closing(t *testing.T, where string, c *eddytls.Conn) {
	if where == "in a task" {
		must(t, c.Close())
		return
	}
	done := make(chan error)
	go func() { done <- c.Close() }()
	must(t, <-done)
}

// A reader that waits hears of a Close at once, also if the peer has no room for a close_notify.
func TestCloseDoesNotWaitForRoom(t *testing.T) {
	onLoop(t, func(t *testing.T, rt *eddy.Runtime) {
		client, server := pair(t, rt)
		fill(t, rt, server)
		reader := eddy.Spawn(rt, func() (int, error) { return server.Read(make([]byte, 1)) })
		untilWaiting(t, rt, 1)
		must(t, server.Close())
		if _, err := reader.Join(); !errors.Is(err, net.ErrClosed) {
			t.Errorf("got %v", err)
		}
		if rt.Stats().Closing != 0 {
			t.Error("the reader has waited for the close_notify")
		}
		must(t, client.Close())
	})
}

// fill writes to the stream below until there is no room.
func fill(t *testing.T, rt *eddy.Runtime, c *eddytls.Conn) {
	t.Helper()
	writer := eddy.Spawn(rt, func() (int, error) { return c.NetConn().Write(make([]byte, 8<<20)) })
	untilWaiting(t, rt, 1)
	must(t, c.SetWriteDeadline(rt.Now()))
	if n, err := writer.Join(); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("wrote %d bytes: %v", n, err)
	}
	must(t, c.SetWriteDeadline(time.Time{}))
}

// What came before a Close is not read after it.
func TestClosedConnHasNothingToRead(t *testing.T) {
	onLoop(t, func(t *testing.T, rt *eddy.Runtime) {
		client, server := pair(t, rt)
		writeText(t, client, "one record")
		readText(t, server, "one")
		must(t, server.Close())
		if n, err := server.Read(make([]byte, 10)); n != 0 || !errors.Is(err, net.ErrClosed) {
			t.Errorf("read %d bytes: %v", n, err)
		}
		must(t, client.Close())
	})
}

// Where the loop takes in no more work from outside, a Close is one of the stream, and says nothing to the peer.
func TestMoreClosesThanTheLoopTakesIn(t *testing.T) {
	eddytest.Baseline(t)
	rt, err := eddy.New(eddy.Config{CheckThread: true, MaxPosted: 1})
	must(t, err)
	must(t, rt.BlockOn(func(rt *eddy.Runtime) error {
		var clients, servers []*eddytls.Conn
		for range 3 {
			client, server := pair(t, rt)
			clients, servers = append(clients, client), append(servers, server)
		}
		for _, c := range servers {
			must(t, c.Close())
		}
		for _, c := range clients {
			wantEOF(t, c)
			must(t, c.Close())
			must(t, rt.Yield())
		}
		until(t, rt, "all is closed", func() bool { return rt.Stats().Sources == 0 })
		return nil
	}))
}

// A Close during the handshake ends it.
func TestCloseEndsTheHandshake(t *testing.T) {
	onLoop(t, func(t *testing.T, rt *eddy.Runtime) {
		a, b := streams(t, rt)
		conn := eddytls.Client(rt, a, clientConfig())
		h := eddy.Spawn(rt, func() (struct{}, error) { return struct{}{}, conn.Handshake() })
		waits := eddy.Spawn(rt, func() (int, error) { return conn.Read(make([]byte, 1)) })
		untilWaiting(t, rt, 2)
		closing(t, "in a goroutine", conn)
		if _, err := h.Join(); !errors.Is(err, net.ErrClosed) {
			t.Errorf("the handshake: %v", err)
		}
		if _, err := waits.Join(); !errors.Is(err, net.ErrClosed) {
			t.Errorf("a read that waited for it: %v", err)
		}
		must(t, b.Close())
	})
}
