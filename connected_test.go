//go:build unix

package eddy_test

import (
	"io"
	"net"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/eddy-go/eddy"
)

// forEachStream runs body with both ends of a connection, on each kernel, over TCP and over a Unix socket.
func forEachStream(t *testing.T, body func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream)) {
	t.Helper()
	streams := map[string]func(*testing.T, *eddy.Runtime) (a, b *eddy.TCPStream){"tcp": tcpPair, "unix": unixPair}
	for name, connect := range streams {
		t.Run(name, func(t *testing.T) {
			forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
				a, b := connect(t, rt)
				body(t, rt, a, b)
				a.Close()
				b.Close()
			})
		})
	}
}

// forEachTCP is forEachStream without Unix sockets.
func forEachTCP(t *testing.T, body func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream)) {
	t.Helper()
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		a, b := tcpPair(t, rt)
		body(t, rt, a, b)
		a.Close()
		b.Close()
	})
}

func tcpPair(t *testing.T, rt *eddy.Runtime) (client, server *eddy.TCPStream) {
	t.Helper()
	l := got(rt.ListenTCP("127.0.0.1:0"))(t)
	defer l.Close()
	client = got(rt.DialTCP(l.Addr().String()))(t)
	return client, got(l.AcceptTCP())(t)
}

func unixPair(t *testing.T, rt *eddy.Runtime) (client, server *eddy.TCPStream) {
	t.Helper()
	path := socketPath(t)
	l := got(rt.ListenUnix(path))(t)
	defer l.Close()
	client = got(rt.DialUnix(path))(t)
	return client, got(l.AcceptTCP())(t)
}

// socketPath returns a path for a Unix socket. Those of t.TempDir are too long on some systems.
func socketPath(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "eddy")
	must(t, err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	return filepath.Join(dir, "s")
}

// fill writes, past the runtime, until the peer's window and our send buffer are full.
func fill(t *testing.T, rt *eddy.Runtime, s *eddy.TCPStream) (written int) {
	t.Helper()
	raw := got(s.SyscallConn())(t)
	for calm := 0; calm < 3; calm++ {
		must(t, raw.Control(func(fd uintptr) {
			for {
				n, err := unix.SendmsgN(int(fd), make([]byte, 4<<10), nil, nil, unix.MSG_NOSIGNAL)
				if err != nil {
					return
				}
				written += n
				calm = 0
			}
		}))
		must(t, rt.Yield())
	}
	return written
}

// readText reads exactly as many bytes as want has, and compares.
func readText(t *testing.T, r io.Reader, want string) {
	t.Helper()
	buf := make([]byte, len(want))
	if n, err := io.ReadFull(r, buf); err != nil || string(buf) != want {
		t.Fatalf("read %q and %v; want %q", buf[:n], err, want)
	}
}

// writeText writes all of text.
func writeText(t *testing.T, w io.Writer, text string) {
	t.Helper()
	if n, err := io.WriteString(w, text); err != nil || n != len(text) {
		t.Fatalf("wrote %d of %d bytes: %v", n, len(text), err)
	}
}

// rawPeer connects a socket of the system, not of the runtime, to a listener. A small write to it does not block. It
// is closed at the end of the test, unless the test has closed it.
func rawPeer(t *testing.T, addr net.Addr) *os.File {
	t.Helper()
	var (
		family = unix.AF_INET
		sa     unix.Sockaddr
	)
	switch addr := addr.(type) {
	case *net.TCPAddr:
		sa = &unix.SockaddrInet4{Addr: [4]byte(addr.IP.To4()), Port: addr.Port}
	case *net.UnixAddr:
		family, sa = unix.AF_UNIX, &unix.SockaddrUnix{Name: addr.Name}
	}
	fd, err := unix.Socket(family, unix.SOCK_STREAM, 0)
	must(t, err)
	unix.CloseOnExec(fd)
	must(t, unix.Connect(fd, sa))
	f := os.NewFile(uintptr(fd), "raw peer")
	t.Cleanup(func() { f.Close() })
	return f
}

// rawPair returns a stream of the runtime and the raw socket at its other end.
func rawPair(t *testing.T, rt *eddy.Runtime, network string) (*eddy.TCPStream, *os.File) {
	t.Helper()
	var l *eddy.TCPListener
	if network == "unix" {
		l = got(rt.ListenUnix(socketPath(t)))(t)
	} else {
		l = got(rt.ListenTCP("127.0.0.1:0"))(t)
	}
	defer l.Close()
	peer := rawPeer(t, l.Addr())
	return got(l.AcceptTCP())(t), peer
}
