package simnet

import (
	"errors"
	"strings"
	"syscall"
	"testing"

	"github.com/eddy-go/eddy/internal/kernel"
)

func unixAddr(path string) kernel.Addr { return kernel.Addr{Unix: true, Path: path} }

func TestAUnixSocketsFileOutlivesItsListener(t *testing.T) {
	for name, end := range map[string]func(h *Host, k *Kernel, fd int){
		"close": func(_ *Host, k *Kernel, fd int) { k.Close(fd) },
		"kill":  func(h *Host, _ *Kernel, _ int) { h.Kill() },
		"crash": func(h *Host, _ *Kernel, _ int) { h.Crash() },
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			h, a := r.host("alice")
			_, b := r.host("bob")
			for _, path := range []string{"/run/s", "@abstract"} {
				fd, err := a.Listen(unixAddr(path), kernel.ListenOptions{})
				if err != nil {
					t.Fatal(err)
				}
				if _, _, err := b.Dial(unixAddr(path), kernel.DialOptions{}); err == nil {
					t.Errorf("%s is another host's, too", path)
				}
				end(h, a.Kernel, fd)
				if a.dead {
					a = r.boot(h)
				}
				if _, _, err := a.Dial(unixAddr(path), kernel.DialOptions{}); !errors.Is(err, syscall.ECONNREFUSED) {
					t.Errorf("dialling %s: %v", path, err)
				}
				fd, err = a.Listen(unixAddr(path), kernel.ListenOptions{UnixMode: 0o600})
				if err != nil {
					t.Errorf("listening on %s again: %v", path, err)
				}
				if _, err = a.Listen(unixAddr(path), kernel.ListenOptions{}); !errors.Is(err, syscall.EADDRINUSE) {
					t.Errorf("a second listener on %s: %v", path, err)
				}
				a.ok(a.Close(fd))
			}
		})
	}
}

func TestUnixNamesThatCannotBe(t *testing.T) {
	r := newRig(t)
	_, a := r.host("alice")
	for path, want := range map[string]kernel.Errno{
		"":                               syscall.EINVAL,
		"/none":                          syscall.ENOENT,
		"@none":                          syscall.ECONNREFUSED,
		"/" + strings.Repeat("x", 107):   syscall.EINVAL,
		"@" + strings.Repeat("x", 108):   syscall.EINVAL,
		"@" + strings.Repeat("x", 107):   syscall.ECONNREFUSED,
		"/" + strings.Repeat("x", 106):   syscall.ENOENT,
		"relative/is/as/good/as/another": syscall.ENOENT,
	} {
		if _, _, err := a.Dial(unixAddr(path), kernel.DialOptions{}); !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", path, err, want)
		}
	}
}

func TestAListenerWithoutANameGetsOne(t *testing.T) {
	r := newRig(t)
	_, a := r.host("alice")
	seen := make(map[kernel.Addr]bool)
	for range 3 {
		fd, err := a.Listen(unixAddr(""), kernel.ListenOptions{})
		if err != nil {
			t.Fatal(err)
		}
		addr, errno := a.LocalAddr(fd)
		a.ok(errno)
		if seen[addr] || !strings.HasPrefix(addr.Path, "@") {
			t.Errorf("%+v", addr)
		}
		seen[addr] = true
		if _, _, err := a.Dial(addr, kernel.DialOptions{}); err != nil {
			t.Error(err)
		}
	}
}

func TestADiallersUnixNameIsTaken(t *testing.T) {
	r := newRig(t)
	_, a := r.host("alice")
	if _, err := a.Listen(unixAddr("/run/s"), kernel.ListenOptions{}); err != nil {
		t.Fatal(err)
	}
	dial := func() (int, error) {
		fd, _, err := a.Dial(unixAddr("/run/s"), kernel.DialOptions{Local: unixAddr("/run/c")})
		return fd, err
	}
	fd, err := dial()
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := dial(); !errors.Is(err, syscall.EADDRINUSE) {
			t.Errorf("a second dialler of that name: %v", err)
		}
		if _, _, err := a.Dial(unixAddr("/run/c"), kernel.DialOptions{}); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("dialling the dialler: %v", err)
		}
		a.Close(fd) // the file stays
	}
	a.ok(a.Unlink("/run/c"))
	if _, err := dial(); err != nil {
		t.Error(err)
	}
}

func TestTCPsOptionsAreNotAUnixSockets(t *testing.T) {
	r := newRig(t)
	_, a := r.host("alice")
	fd, err := a.Listen(unixAddr("@s"), kernel.ListenOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range []kernel.Option{kernel.OptNoDelay, kernel.OptKeepIdle, kernel.OptKeepInterval, kernel.OptKeepCount} {
		if errno := a.SetOption(fd, o, 1); errno != syscall.EOPNOTSUPP {
			t.Errorf("option %d: %v", o, errno)
		}
	}
	a.ok(a.SetOption(fd, kernel.OptKeepAlive, 1))
}
