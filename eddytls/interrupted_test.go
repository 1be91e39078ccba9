package eddytls_test

import (
	"bytes"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/eddytls"
)

// A Read that was interrupted has consumed nothing, whatever it was: the next one goes on, in the middle of a record too.
func TestInterruptedReadGoesOn(t *testing.T) {
	interruptions := map[string]func(rt *eddy.Runtime, conn *eddytls.Conn, read func() error) error{
		"deadline": func(rt *eddy.Runtime, conn *eddytls.Conn, read func() error) error {
			_ = conn.SetReadDeadline(rt.Now().Add(time.Millisecond))
			defer conn.SetReadDeadline(time.Time{})
			return read()
		},
		"timeout": func(rt *eddy.Runtime, _ *eddytls.Conn, read func() error) error {
			return rt.WithTimeout(time.Millisecond, read)
		},
		"cancel": func(rt *eddy.Runtime, _ *eddytls.Conn, read func() error) error {
			h := eddy.Spawn(rt, func() (struct{}, error) { return struct{}{}, read() })
			_ = rt.Yield()
			h.Cancel()
			_, err := h.Join()
			return err
		},
	}
	for name, interrupt := range interruptions {
		t.Run(name, func(t *testing.T) {
			onLoop(t, func(t *testing.T, rt *eddy.Runtime) {
				a, b := streams(t, rt)
				conn := eddytls.Server(rt, b, serverConfig())
				h := eddy.Spawn(rt, func() (struct{}, error) { return struct{}{}, conn.Handshake() })
				p := newRawPeer(t, a)
				_, err := h.Join()
				must(t, err)
				record := p.text("whole")
				p.send(record[:7])
				err = interrupt(rt, conn, func() error {
					_, err := conn.Read(make([]byte, 1))
					return err
				})
				if name == "cancel" && !errors.Is(err, eddy.ErrCanceled) || name != "cancel" && !errors.Is(err, os.ErrDeadlineExceeded) {
					t.Errorf("got %v", err)
				}
				if netErr, ok := err.(net.Error); name != "cancel" && (!ok || !netErr.Timeout()) {
					t.Errorf("not the error of a timeout: %v", err)
				}
				p.send(record[7:])
				readText(t, conn, "whole")
				writeText(t, conn, "answer")
				readText(t, p, "answer")
				must(t, conn.Close())
				must(t, p.s.Close())
			})
		})
	}
}

// A Read that has data returns it, although it is interrupted: behind the data a tls.Conn of TLS 1.2 reads on where it sees
// the first byte of an alert.
func TestInterruptedReadLosesNothing(t *testing.T) {
	onLoop(t, func(t *testing.T, rt *eddy.Runtime) {
		a, b := streams(t, rt)
		clientConfig := clientConfig()
		clientConfig.MaxVersion = tls.VersionTLS12
		held := &holding{TCPStream: a}
		peer, server := tls.Client(held, clientConfig), eddytls.Server(rt, b, serverConfig())
		h := eddy.Spawn(rt, func() (struct{}, error) { return struct{}{}, server.Handshake() })
		must(t, peer.Handshake())
		_, err := h.Join()
		must(t, err)
		held.holds = true
		writeText(t, peer, "whole")
		must(t, peer.CloseWrite())
		must(t, a.SetWriteDeadline(time.Time{}))                 // crypto/tls has set one
		alert := 5 + int(binary.BigEndian.Uint16(held.kept[3:])) // behind the record of the text
		_, err = a.Write(held.kept[:alert+1])
		must(t, err)
		reader := eddy.Spawn(rt, func() (string, error) {
			buf := make([]byte, 10)
			n, err := server.Read(buf)
			return string(buf[:n]), err
		})
		untilWaiting(t, rt, 1)
		must(t, server.SetReadDeadline(rt.Now()))
		if text, err := reader.Join(); text != "whole" || err != nil {
			t.Errorf("read %q, %v", text, err)
		}
		must(t, server.SetReadDeadline(time.Time{}))
		_, err = a.Write(held.kept[alert+1:])
		must(t, err)
		wantEOF(t, server)
		must(t, server.Close())
		must(t, a.Close())
	})
}

// holding is a stream that keeps what is written to it as soon as holds is set.
type holding struct {
	*eddy.TCPStream
	holds bool
	kept  []byte
}

func (h *holding) Write(p []byte) (int, error) {
	if h.holds {
		h.kept = append(h.kept, p...)
		return len(p), nil
	}
	return h.TCPStream.Write(p)
}

// A Write that was interrupted in the middle may have cut a record: no other may follow, and reads go on.
func TestInterruptedWriteIsTheLast(t *testing.T) {
	onLoop(t, func(t *testing.T, rt *eddy.Runtime) {
		client, server := pair(t, rt)
		text := pattern(1 << 20)
		writer := eddy.Spawn(rt, func() (int, error) { return server.Write(text) })
		untilWaiting(t, rt, 1)
		must(t, server.SetWriteDeadline(rt.Now()))
		n, err := writer.Join()
		if !errors.Is(err, os.ErrDeadlineExceeded) || n == 0 || n == len(text) {
			t.Fatalf("wrote %d bytes: %v", n, err)
		}
		must(t, server.SetWriteDeadline(time.Time{}))
		_, err = server.Write([]byte("more"))
		if netErr, ok := err.(permanence); !ok || !netErr.Timeout() || netErr.Temporary() {
			t.Errorf("the next write: %v", err)
		}
		if err := server.CloseWrite(); err == nil {
			t.Error("a close_notify in the middle of a record")
		}
		writeText(t, client, "still heard")
		readText(t, server, "still heard")
		must(t, server.Close())
		received, err := io.ReadAll(client)
		if err != io.ErrUnexpectedEOF && err != nil || len(received) < n || !bytes.Equal(received, text[:len(received)]) {
			t.Errorf("the peer got %d bytes of %d that were reported: %v", len(received), n, err)
		}
		must(t, client.Close())
	})
}

// A Write that is interrupted before anything was sent breaks nothing.
func TestWriteThatDidNotBeginBreaksNothing(t *testing.T) {
	onLoop(t, func(t *testing.T, rt *eddy.Runtime) {
		client, server := pair(t, rt)
		must(t, server.SetWriteDeadline(rt.Now()))
		if n, err := server.Write([]byte("late")); n != 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("wrote %d bytes: %v", n, err)
		}
		must(t, server.SetWriteDeadline(time.Time{}))
		canceled := eddy.Spawn(rt, func() (int, error) {
			_ = rt.Sleep(time.Hour)
			return server.Write([]byte("canceled"))
		})
		untilWaiting(t, rt, 1)
		canceled.Cancel()
		if n, err := canceled.Join(); n != 0 || !errors.Is(err, eddy.ErrCanceled) {
			t.Errorf("wrote %d bytes: %v", n, err)
		}
		writeText(t, server, "in time")
		readText(t, client, "in time")
		must(t, server.Close())
		must(t, client.Close())
	})
}

// A task that is cancelled while it queues for another's Write or Read leaves both alone.
func TestCancelledWhileItQueues(t *testing.T) {
	onLoop(t, func(t *testing.T, rt *eddy.Runtime) {
		client, server := pair(t, rt)
		text := pattern(1 << 20)
		write := func() (int, error) { return server.Write(text) }
		read := func() (int, error) { return server.Read(make([]byte, 10)) }
		writer, reader := eddy.Spawn(rt, write), eddy.Spawn(rt, read)
		untilWaiting(t, rt, 2)
		for _, queues := range []func() (int, error){write, read} {
			h := eddy.Spawn(rt, queues)
			untilWaiting(t, rt, 3)
			h.Cancel()
			if n, err := h.Join(); n != 0 || !errors.Is(err, eddy.ErrCanceled) {
				t.Errorf("%d, %v", n, err)
			}
		}
		received := make([]byte, len(text))
		if _, err := io.ReadFull(client, received); err != nil || !bytes.Equal(received, text) {
			t.Errorf("the peer got something else: %v", err)
		}
		writeText(t, client, "x")
		for _, h := range []*eddy.JoinHandle[int]{writer, reader} {
			if _, err := h.Join(); err != nil {
				t.Error(err)
			}
		}
		must(t, server.Close())
		must(t, client.Close())
	})
}
