//go:build linux

package system_test

import (
	"io"
	"net"
	"sync/atomic"
	"testing"
)

// Clients that are no good, a crowd of each. The server lives, serves others, lets go of every descriptor, and needs
// no more memory. The clients of one test do what they do at the same time.

// crowd is how many there are.
const crowd = 30

// behave runs a crowd against a server with the flags, and looks at what the server is like afterwards.
func behave(t *testing.T, flags []string, client func(*net.TCPConn) error) *server {
	t.Helper()
	s := start(t, setup{flags: flags})
	before := s.descriptors()
	mustServe(t, s)
	s.staysFlat(t, func() {
		conns := make([]*net.TCPConn, crowd)
		for i := range conns {
			conns[i] = dial(t, s)
		}
		atOnce(t, crowd, func(i int) error { return client(conns[i]) })
		mustServe(t, s)
		s.awaitDescriptors(before)
	})
	// The tasks are the main one, the one that accepts, and the one that reports.
	if c := s.counters(); c["clients"] != 0 || c["tasks"] > 3 || c["connections"] != crowd+2 {
		t.Errorf("of %d connections the server still has %d clients, and %d tasks", c["connections"], c["clients"], c["tasks"])
	}
	return s
}

var soonIdle = []string{"--idle-timeout", "500ms"}

// F18: they are dropped.
func TestClientsThatSayNothing(t *testing.T) {
	s := behave(t, soonIdle, func(conn *net.TCPConn) error { return readEnd(conn) })
	s.awaitLog(crowd, `msg="client timed out"`)
}

func TestClientsThatSendOneByteAtATime(t *testing.T) {
	behave(t, nil, func(conn *net.TCPConn) error {
		for i := range 300 {
			if err := roundTrip(conn, []byte{byte(i)}); err != nil {
				return err
			}
		}
		return conn.Close()
	})
}

// F19: what is not read is not read in either: the server holds one buffer for each, whatever they send. F18: they
// are dropped, blocked in a write as they are.
func TestClientsThatNeverRead(t *testing.T) {
	var sent atomic.Int64
	s := behave(t, soonIdle, func(conn *net.TCPConn) error {
		n, err := stuff(conn, stream(1))
		sent.Add(int64(n))
		if err != nil && !isReset(err) { // the idle timeout may come first
			return err
		}
		return nil
	})
	s.awaitLog(crowd, `msg="client timed out"`)
	if n := sent.Load(); n < 2*flatMemory {
		t.Errorf("only %d bytes were sent: that shows nothing", n)
	}
}

// F10: they get everything back although they begin to read when they have ended their direction.
func TestClientsThatHalfClose(t *testing.T) {
	behave(t, nil, func(conn *net.TCPConn) error {
		p := message(1, 50_000) // the buffers on the way hold it
		if _, err := conn.Write(p); err != nil {
			return err
		}
		if err := conn.CloseWrite(); err != nil {
			return err
		}
		if err := readEcho(conn, p); err != nil {
			return err
		}
		return readEnd(conn)
	})
}

// F14: a reset in the middle of it all ends that connection only.
func TestClientsThatReset(t *testing.T) {
	behave(t, nil, func(conn *net.TCPConn) error {
		if _, err := stuff(conn, stream(1)); err != nil {
			return err
		}
		if err := conn.SetLinger(0); err != nil {
			return err
		}
		return conn.Close()
	})
}

// F18: a client whose machine is gone answers nothing, not even to the end of the connection.
func TestClientsThatVanish(t *testing.T) {
	s := behave(t, soonIdle, func(conn *net.TCPConn) error {
		if err := roundTrip(conn, []byte("hello")); err != nil {
			return err
		}
		if err := vanish(conn); err != nil {
			return err
		}
		_, err := io.WriteString(conn, "farewell") // its echo is never acknowledged
		return err
	})
	s.awaitLog(crowd, `msg="client timed out"`)
}
