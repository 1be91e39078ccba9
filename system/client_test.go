//go:build linux

package system_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// The clients below use package net, which is not ours.

// connect dials an address as the server names it. All that is done with the connection is over by the limit.
func connect(address string) (net.Conn, error) {
	network := "tcp"
	if path, ok := strings.CutPrefix(address, "unix:"); ok {
		network, address = "unix", path
	}
	conn, err := net.DialTimeout(network, address, limit)
	if err != nil {
		return nil, err
	}
	return conn, conn.SetDeadline(time.Now().Add(limit))
}

// dial is connect for the goroutine of a test. The test's end closes the connection.
func dial(t *testing.T, s *server) *net.TCPConn {
	t.Helper()
	conn, err := connect(s.address())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn.(*net.TCPConn)
}

// stream returns the bytes without end that belong to a seed: no two are alike, and no part of one repeats.
func stream(seed uint64) io.Reader {
	var key [32]byte
	key[0], key[1], key[2] = byte(seed), byte(seed>>8), byte(seed>>16)
	return rand.NewChaCha8(key)
}

// message returns the first n bytes of a stream.
func message(seed uint64, n int) []byte {
	p := make([]byte, n)
	_, _ = io.ReadFull(stream(seed), p) // it neither ends nor fails
	return p
}

// roundTrip sends a message and reads its echo.
func roundTrip(conn net.Conn, p []byte) error {
	if _, err := conn.Write(p); err != nil {
		return err
	}
	return readEcho(conn, p)
}

// readEcho reads as many bytes as p has and compares.
func readEcho(conn net.Conn, p []byte) error {
	got := make([]byte, len(p))
	n, err := io.ReadFull(conn, got)
	if !bytes.Equal(got[:n], p[:n]) {
		return errWrongBytes
	}
	return err
}

// readEnd reads the end of the stream.
func readEnd(conn net.Conn) error {
	if n, err := conn.Read(make([]byte, 1)); err != io.EOF {
		return fmt.Errorf("not the end of the stream: %d bytes, %v", n, err)
	}
	return nil
}

var errWrongBytes = errors.New("what came back is not what was sent")

// isReset reports whether an error is what a client gets to see of a connection that its peer has reset.
func isReset(err error) bool { return errors.Is(err, unix.ECONNRESET) || errors.Is(err, unix.EPIPE) }

// mustRoundTrip is roundTrip for the goroutine of a test.
func mustRoundTrip(t *testing.T, conn net.Conn, p []byte) {
	t.Helper()
	if err := roundTrip(conn, p); err != nil {
		t.Fatal(err)
	}
}

// mustServe has a new client talk to the server.
func mustServe(t *testing.T, s *server) {
	t.Helper()
	conn := dial(t, s)
	mustRoundTrip(t, conn, []byte("is anybody there?\n"))
	conn.Close()
}

// atOnce runs n clients at the same time and returns when all have ended.
func atOnce(t *testing.T, n int, client func(i int) error) {
	t.Helper()
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			if err := client(i); err != nil {
				t.Errorf("client %d: %v", i, err)
			}
		})
	}
	all.Wait()
	if t.Failed() {
		t.FailNow()
	}
}

// talk is a client that sends messages, each after the echo of the one before.
func talk(address string, seed uint64, messages, size int) error {
	conn, err := connect(address)
	if err != nil {
		return err
	}
	defer conn.Close()
	source := stream(seed)
	p := make([]byte, size)
	for i := range messages {
		_, _ = io.ReadFull(source, p)
		if err := roundTrip(conn, p); err != nil {
			return fmt.Errorf("message %d: %w", i, err)
		}
	}
	return nil
}

// stuffing is how long a client that does not read waits before it takes a send for blocked. Picked: the loopback
// moves megabytes in that time; where it does not, fewer bytes are sent and the tests say so.
const stuffing = 300 * time.Millisecond

// stuff sends until the connection takes no more, and returns how many bytes it took.
func stuff(conn *net.TCPConn, source io.Reader) (int, error) {
	p := make([]byte, 64<<10)
	for total := 0; ; {
		_, _ = io.ReadFull(source, p)
		if err := conn.SetWriteDeadline(time.Now().Add(stuffing)); err != nil {
			return total, err
		}
		n, err := conn.Write(p)
		total += n
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return total, nil
		}
		if err != nil {
			return total, err
		}
	}
}

// unacknowledged returns how many of the bytes that were sent have not reached the peer's socket.
func unacknowledged(conn *net.TCPConn) (n int, err error) {
	err = onDescriptor(conn, func(fd int) (err error) {
		n, err = unix.IoctlGetInt(fd, unix.SIOCOUTQ)
		return err
	})
	return n, err
}

// vanish makes the client's kernel drop whatever arrives for the connection, acknowledgements included.
func vanish(conn *net.TCPConn) error {
	dropAll := unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: 0}
	return onDescriptor(conn, func(fd int) error {
		return unix.SetsockoptSockFprog(fd, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &unix.SockFprog{Len: 1, Filter: &dropAll})
	})
}

// onDescriptor calls f with the descriptor of a connection.
func onDescriptor(conn *net.TCPConn, f func(fd int) error) error {
	raw, err := conn.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	err = raw.Control(func(fd uintptr) { failed = f(int(fd)) })
	return errors.Join(err, failed)
}
