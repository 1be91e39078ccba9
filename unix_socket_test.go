//go:build unix

package eddy_test

import (
	"errors"
	"net"
	"os"
	"runtime"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/internal/kernel"
)

// A socket file on which nobody listens is replaced, a live one refused, and Close removes its own.
func TestUnixSocketFile(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		path := socketPath(t)
		stale, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM, 0)
		must(t, err)
		must(t, unix.Bind(stale, &unix.SockaddrUnix{Name: path}))
		must(t, unix.Close(stale)) // its server died

		l := got(eddy.ListenConfig{UnixMode: 0o640}.ListenUnix(rt, path))(t)
		if l.Addr().Network() != "unix" || l.Addr().String() != path {
			t.Errorf("address %v", l.Addr())
		}
		info, err := os.Stat(path)
		must(t, err)
		if info.Mode().Perm() != 0o640 {
			t.Errorf("mode %v", info.Mode())
		}
		_, err = rt.ListenUnix(path)
		var oe *net.OpError
		if !errors.Is(err, syscall.EADDRINUSE) || !errors.As(err, &oe) || oe.Net != "unix" || oe.Addr.String() != path {
			t.Errorf("a live one: %v", err)
		}
		s := got(rt.DialUnix(path))(t)
		if s.RemoteAddr().String() != path || s.RemoteAddr().Network() != "unix" || s.LocalAddr() == nil {
			t.Errorf("%v to %v", s.LocalAddr(), s.RemoteAddr())
		}
		accepted := got(l.AcceptTCP())(t)
		if accepted.LocalAddr().String() != path {
			t.Errorf("accepted at %v", accepted.LocalAddr())
		}
		must(t, l.Close())
		if _, err := os.Stat(path); !os.IsNotExist(err) {
			t.Errorf("after Close: %v", err)
		}
		if _, err := rt.DialUnix(path); !errors.Is(err, syscall.ENOENT) {
			t.Errorf("after Close: %v", err)
		}
		must(t, os.WriteFile(path, []byte("precious"), 0o600))
		if _, err := rt.ListenUnix(path); !errors.Is(err, syscall.EADDRINUSE) {
			t.Errorf("a file that is no socket: %v", err)
		}
		if data, _ := os.ReadFile(path); string(data) != "precious" {
			t.Error("the file was replaced")
		}
	})
}

// The end of the runtime closes a forgotten listener as Close does.
func TestShutdownRemovesTheSocketFile(t *testing.T) {
	path := socketPath(t)
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) { got(rt.ListenUnix(path))(t) })
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Errorf("the file is there: %v", err)
	}
}

// A listener that cannot be registered leaves neither its descriptor nor its file.
func TestFailedRegistrationOfAListener(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		faulty := &scriptedKernel{Kernel: k, register: func(int, kernel.Token) kernel.Errno { return unix.ENOSPC }}
		blockOn(t, newRuntime(t, eddy.Config{}, faulty), func(t *testing.T, rt *eddy.Runtime) {
			path := socketPath(t)
			var oe *net.OpError
			if _, err := rt.ListenUnix(path); !errors.Is(err, unix.ENOSPC) || !errors.As(err, &oe) {
				t.Errorf("got %v", err)
			}
			if _, err := os.Stat(path); !os.IsNotExist(err) {
				t.Errorf("the file is there: %v", err)
			}
			if _, err := rt.ListenTCP("127.0.0.1:0"); !errors.Is(err, unix.ENOSPC) {
				t.Errorf("got %v", err)
			}
		})
	})
}

func TestAbstractUnixName(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("abstract names are Linux's")
	}
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		name := "@" + socketPath(t)
		l := got(rt.ListenUnix(name))(t)
		s := got(rt.DialUnix(name))(t)
		accepted := got(l.AcceptTCP())(t)
		writeText(t, s, "abstract")
		readText(t, accepted, "abstract")
		if l.Addr().String() != name {
			t.Errorf("address %v", l.Addr())
		}
		must(t, l.Close())
		if _, err := rt.DialUnix(name); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("after Close: %v", err)
		}
	})
}
