//go:build linux

package system_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"syscall"
	"testing"
	"time"
)

// patient is the setup of servers that are to end by themselves, however slow the machine is.
var patient = setup{flags: []string{"--shutdown-timeout", "1h"}}

// What reached the server's sockets before the signal is echoed, also to clients that the server has not even accepted
// yet. The server stands still meanwhile: so all of it is still in the kernel when the signal comes. It is more than
// the loop takes in before it hears of the signal.
func TestStopEchoesWhatHasArrived(t *testing.T) {
	s := start(t, patient)
	const early, all = 150, 600
	conns := make([]*net.TCPConn, all)
	for i := range early {
		conns[i] = dial(t, s)
		mustRoundTrip(t, conns[i], []byte("hello\n"))
	}
	s.freeze()
	sent := func(i int) []byte { return message(uint64(i), 40_000) } // fits into a socket's buffer
	for i := range conns {
		if i >= early {
			conns[i] = dial(t, s)
		}
		if _, err := conns[i].Write(sent(i)); err != nil {
			t.Fatal(err)
		}
	}
	for _, conn := range conns {
		s.until("the bytes have arrived", func() bool { return s.has(conn) })
	}
	s.signal(syscall.SIGTERM)
	s.signal(syscall.SIGCONT)
	for i, conn := range conns {
		got, err := io.ReadAll(conn)
		if err != nil || !bytes.Equal(got, sent(i)) {
			t.Errorf("client %d: %d bytes of %d came back, %v", i, len(got), len(sent(i)), err)
		}
		conn.Close() // the server waits a little for the clients' end, too
	}
	s.exits(0)
}

// has reports whether all that was sent has reached the server's socket.
func (s *server) has(conn *net.TCPConn) bool {
	n, err := unacknowledged(conn)
	if err != nil {
		s.t.Fatal(err)
	}
	return n == 0
}

// The same for clients that send as much as they can and do not read. The server is blocked in writing to them when the
// signal comes; behind that more waits in its sockets, and still more in the clients'.
func TestStopEchoesWhatHasArrivedBehindBlockedWrite(t *testing.T) {
	s := start(t, patient)
	const clients = 5
	conns, arrived := make([]*net.TCPConn, clients), make([]int, clients)
	for i := range conns {
		conns[i] = dial(t, s)
		// What has not arrived stays below what the server drains, or it would end with a reset (F13).
		if err := conns[i].SetWriteBuffer(32 << 10); err != nil {
			t.Fatal(err)
		}
	}
	atOnce(t, clients, func(i int) error {
		sent, err := stuff(conns[i], stream(uint64(i)))
		if err != nil {
			return err
		}
		left, err := unacknowledged(conns[i])
		if left == 0 && err == nil {
			err = fmt.Errorf("all of %d bytes has arrived: that shows nothing", sent)
		}
		arrived[i] = sent - left
		return err
	})
	s.signal(syscall.SIGTERM)
	s.awaitLog(1, "msg=stopping", "clients=5")
	atOnce(t, clients, func(i int) error {
		got, err := io.ReadAll(conns[i])
		if err != nil || len(got) < arrived[i] || !bytes.Equal(got, message(uint64(i), len(got))) {
			return fmt.Errorf("%d bytes had arrived, %d came back, %v", arrived[i], len(got), err)
		}
		return conns[i].Close()
	})
	s.exits(0)
}

// stuck starts a server with a client whose echo is blocked for ever.
func stuck(t *testing.T, flags ...string) *server {
	t.Helper()
	s := start(t, setup{flags: append(flags, "--idle-timeout", "0")})
	if _, err := stuff(dial(t, s), stream(1)); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSecondSignalForces(t *testing.T) {
	s := stuck(t, "--shutdown-timeout", "1h")
	s.signal(syscall.SIGTERM)
	s.awaitLog(1, "msg=stopping", "clients=1")
	s.signal(syscall.SIGINT)
	s.exits(3)
	s.awaitForced(t)
}

func TestShutdownTimeoutForces(t *testing.T) {
	const timeout = 400 * time.Millisecond
	s := stuck(t, "--shutdown-timeout", timeout.String())
	before := time.Now()
	s.signal(syscall.SIGTERM)
	s.exits(3)
	if took := time.Since(before); took < timeout {
		t.Errorf("the server was forced after %v", took)
	}
	s.awaitForced(t)
}

// awaitForced checks the last line of a server that was forced.
func (s *server) awaitForced(t *testing.T) {
	t.Helper()
	if len(s.logged("msg=stopped", "forced=true")) != 1 {
		t.Error("the last line does not say that the end was forced")
	}
}

// Clients that wait for nothing do not delay the end, and read it.
func TestStopClosesIdleClientsAtOnce(t *testing.T) {
	s := start(t, setup{flags: []string{"--idle-timeout", "0", "--shutdown-timeout", "1h"}})
	conns := make([]*net.TCPConn, 20)
	for i := range conns {
		conns[i] = dial(t, s)
		mustRoundTrip(t, conns[i], []byte("hello\n"))
	}
	s.signal(syscall.SIGINT)
	for _, conn := range conns {
		if err := readEnd(conn); err != nil {
			t.Error(err)
		}
		conn.Close() // the server waits a little for the clients' end, too
	}
	s.exits(0)
}

// SIGUSR1 and SIGQUIT are answered by log lines, under load too, and nobody is disturbed.
func TestReportSignals(t *testing.T) {
	s := start(t, setup{})
	conn := dial(t, s)
	mustRoundTrip(t, conn, []byte("hello\n"))
	stop := make(chan struct{})
	loaded := make(chan error, 1)
	go func() {
		for {
			select {
			case <-stop:
				loaded <- nil
				return
			default:
			}
			if err := talk(s.address(), 1, 100, 1000); err != nil {
				loaded <- err
				return
			}
		}
	}()
	for i := range 5 {
		if c := s.counters(); c["clients"] < 1 || c["bytes_in"] < len("hello\n") {
			t.Errorf("the counters are %v", c)
		}
		s.signal(syscall.SIGQUIT)
		s.awaitLog(i+1, "msg=tasks")
	}
	close(stop)
	if err := <-loaded; err != nil {
		t.Error(err)
	}
	if lines := s.logged("msg=task ", conn.LocalAddr().String(), "waits_for=", "since=", "for="); len(lines) != 5 {
		t.Errorf("of 5 task reports %d name the client that is silent", len(lines))
	}
	mustRoundTrip(t, conn, []byte("still there?\n"))
}
