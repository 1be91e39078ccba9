//go:build unix

package eddy_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
)

// io.Copy out of a stream and into it, with and without the stream's own short ways.
func TestIOCopy(t *testing.T) {
	forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
		writer := eddy.Spawn(rt, func() (int64, error) {
			n, err := io.Copy(a, strings.NewReader(large)) // ReadFrom
			if err == nil {
				var m int64
				m, err = io.Copy(struct{ io.Writer }{a}, io.LimitReader(strings.NewReader(large), 99_999))
				n += m
			}
			return n, errors.Join(err, a.CloseWrite())
		})
		var first, second bytes.Buffer
		n, err := io.CopyN(&first, b, int64(len(large))) // Read
		if err != nil || n != int64(len(large)) || first.String() != large {
			t.Errorf("CopyN: %d, %v", n, err)
		}
		n, err = io.Copy(&second, io.TeeReader(b, io.Discard))
		if err != nil || n != 99_999 || second.String() != large[:n] {
			t.Errorf("Copy: %d, %v", n, err)
		}
		if n, err := writer.Join(); n != int64(len(large))+99_999 || err != nil {
			t.Errorf("written: %d, %v", n, err)
		}
	})
}

// A proxy of two io.Copy between two streams: much goes both ways at once, and each end of a direction goes through.
func TestIOCopyProxy(t *testing.T) {
	forEachStream(t, func(t *testing.T, rt *eddy.Runtime, client, front *eddy.TCPStream) {
		back, server := tcpPair(t, rt)
		pass := func(to, from *eddy.TCPStream) *eddy.JoinHandle[int64] {
			return eddy.Spawn(rt, func() (int64, error) {
				n, err := io.Copy(to, from)
				return n, errors.Join(err, to.CloseWrite())
			})
		}
		there, andBack := pass(back, front), pass(front, back)
		say := func(s *eddy.TCPStream, text string) *eddy.JoinHandle[struct{}] {
			return eddy.Spawn(rt, func() (struct{}, error) {
				_, err := io.WriteString(s, text)
				return struct{}{}, errors.Join(err, s.CloseWrite())
			})
		}
		answer := strings.ToUpper(large) + "."
		say(client, large)
		say(server, answer)
		hear := func(s *eddy.TCPStream, want string) *eddy.JoinHandle[struct{}] {
			return rt.Spawn(func() {
				data, err := io.ReadAll(s)
				if string(data) != want || err != nil {
					t.Errorf("%d bytes came, want %d: %v", len(data), len(want), err)
				}
			})
		}
		atServer, atClient := hear(server, large), hear(client, answer)
		atServer.Join()
		atClient.Join()
		if n, err := there.Join(); n != int64(len(large)) || err != nil {
			t.Errorf("there: %d, %v", n, err)
		}
		if n, err := andBack.Join(); n != int64(len(answer)) || err != nil {
			t.Errorf("and back: %d, %v", n, err)
		}
		back.Close()
		server.Close()
	})
}

// A copy between streams ends with the error of the side that failed, and counts what the other side took.
func TestIOCopyBetweenStreamsFails(t *testing.T) {
	forEachTCP(t, func(t *testing.T, rt *eddy.Runtime, a, from *eddy.TCPStream) {
		to, b := tcpPair(t, rt)
		writeText(t, a, "before")
		copied := eddy.Spawn(rt, func() (int64, error) { return io.Copy(to, from) })
		readText(t, b, "before")
		must(t, from.SetReadDeadline(rt.Now().Add(time.Millisecond)))
		if n, err := copied.Join(); n != 6 || !isTimeout(err) {
			t.Errorf("the source's deadline: %d, %v", n, err)
		}
		must(t, from.SetReadDeadline(time.Time{}))
		must(t, b.SetLinger(0))
		must(t, b.Close())
		writeText(t, a, "after")
		copied = eddy.Spawn(rt, func() (int64, error) { return io.Copy(to, from) })
		until(t, rt, "the copy fails", func() bool {
			_, _ = a.Write([]byte("x"))
			return copied.Done()
		})
		if _, err := copied.Join(); !errors.Is(err, syscall.ECONNRESET) && !errors.Is(err, syscall.EPIPE) {
			t.Errorf("the reset target: %v", err)
		}
		to.Close()
	})
}

func TestIOCopyInterrupted(t *testing.T) {
	t.Run("out", func(t *testing.T) {
		testInterruptedReads(t, "some", func(conn net.Conn) error {
			_, err := io.Copy(io.Discard, conn)
			return err
		})
	})
	t.Run("in", func(t *testing.T) {
		testInterruptedWrites(t, func(conn net.Conn) error {
			_, err := io.Copy(conn, endless{})
			return err
		})
	})
}

// endless is a reader that is always full.
type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }
