//go:build unix

package eddy_test

import (
	"errors"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/internal/kernel"
)

func TestListenerFromFD(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		path := socketPath(t)
		tcp, unixListener := got(rt.ListenTCP("127.0.0.1:0"))(t), got(rt.ListenUnix(path))(t)
		fromTCP := got(rt.ListenerFromFD(duplicate(t, tcp)))(t)
		fromUnix := got(rt.ListenerFromFD(duplicate(t, unixListener)))(t)
		if fromTCP.Addr().String() != tcp.Addr().String() || fromUnix.Addr().String() != path {
			t.Errorf("%v, %v", fromTCP.Addr(), fromUnix.Addr())
		}
		must(t, tcp.Close())
		if !serves(t, rt, fromTCP, tcp.Addr().String()) {
			t.Error("it does not serve")
		}
		s := got(rt.DialUnix(path))(t)
		accepted := got(fromUnix.AcceptTCP())(t)
		writeText(t, s, "x")
		readText(t, accepted, "x")
		must(t, fromUnix.Close())
		if _, err := os.Stat(path); err != nil {
			t.Errorf("the file belongs to whoever made it: %v", err)
		}
	})
}

// What is no listening stream socket is refused with a clear error, and closed all the same: the runtime owns it.
func TestListenerFromWrongFD(t *testing.T) {
	socket := func(family, kind int) func(t *testing.T) int {
		return func(t *testing.T) int { return got(unix.Socket(family, kind, 0))(t) }
	}
	cases := map[string]struct {
		open func(t *testing.T) int
		want string
	}{
		"not listening": {socket(unix.AF_INET, unix.SOCK_STREAM), "is no listening TCP or Unix stream socket"},
		"datagrams":     {socket(unix.AF_INET, unix.SOCK_DGRAM), "is no listening TCP or Unix stream socket"},
		"packets": {func(t *testing.T) int {
			fd := socket(unix.AF_UNIX, unix.SOCK_SEQPACKET)(t)
			must(t, unix.Bind(fd, &unix.SockaddrUnix{Name: socketPath(t)}))
			must(t, unix.Listen(fd, 1))
			return fd
		}, "is no listening TCP or Unix stream socket"},
		"a file": {func(t *testing.T) int { return got(unix.Open(os.DevNull, unix.O_RDWR, 0))(t) }, "socket operation on non-socket"},
		"closed": {func(t *testing.T) int { return 9999 }, "bad file descriptor"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
				fd := c.open(t)
				_, err := rt.ListenerFromFD(fd)
				var oe *net.OpError
				if !errors.As(err, &oe) || !strings.Contains(err.Error(), c.want) {
					t.Errorf("got %v", err)
				}
				if _, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0); err != unix.EBADF {
					t.Errorf("the descriptor is still open: %v", err)
				}
			})
		})
	}
}

func TestFailedRegistrationOfAnInheritedListener(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		faulty := &scriptedKernel{Kernel: k}
		blockOn(t, newRuntime(t, eddy.Config{}, faulty), func(t *testing.T, rt *eddy.Runtime) {
			fd := duplicate(t, got(rt.ListenTCP("127.0.0.1:0"))(t))
			faulty.register = func(int, kernel.Token) kernel.Errno { return syscall.ENOSPC }
			if _, err := rt.ListenerFromFD(fd); !errors.Is(err, syscall.ENOSPC) {
				t.Errorf("got %v", err)
			}
		})
	})
}
