package main

import (
	"errors"
	"log/slog"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/internal/kernel"
)

// refusingKernel notes what it was asked to listen on, and refuses it: no fuzzed path becomes a file. What a runtime
// without sockets has no business with is the embedded nil interface, which panics.
type refusingKernel struct {
	kernel.Kernel
	asked []kernel.Addr
}

func (k *refusingKernel) Listen(a kernel.Addr, _ kernel.ListenOptions) (int, error) {
	k.asked = append(k.asked, a)
	return -1, syscall.EACCES
}

func (k *refusingKernel) BlocksThread() bool { return false }
func (k *refusingKernel) ThreadID() int      { return 0 }
func (k *refusingKernel) Start() time.Time   { return time.Time{} }
func (k *refusingKernel) Now() time.Duration { return 0 }
func (k *refusingKernel) Wake()              {}
func (k *refusingKernel) End() error         { return nil }

// askFor returns what the server asks of the kernel for --listen=address, if anything, and its error.
func askFor(t *testing.T, address string) ([]kernel.Addr, error) {
	k := &refusingKernel{}
	rt := eddy.NewWithKernel(eddy.Config{}, k)
	err := rt.BlockOn(func(rt *eddy.Runtime) error {
		s := newServer(rt, options{listen: []string{address}}, slog.New(slog.DiscardHandler))
		return s.listen()
	})
	if err == nil || len(k.asked) > 1 {
		t.Fatalf("%q: asked for %v, %v", address, k.asked, err)
	}
	return k.asked, err
}

// FuzzListenAddress: whatever --listen is, the server asks for an address that it names so that --listen would take it
// back, or says in one line what is wrong.
func FuzzListenAddress(f *testing.F) {
	for _, address := range []string{
		"127.0.0.1:8080", ":0", "localhost:1", "[::1]:80", "[fe80::1%eth0]:80", "[::ffff:192.0.2.1]:80",
		"unix:/run/echo", "unix:@abstract", "unix:unix:a", "unix:", "unix", "unix:a\nb", "unix:\x00", "unix:\xff", "unix:a,b",
		"", "127.0.0.1", "::1:80", "127.0.0.1:http", "example.com:80", "\n:80", "[::1%\n]:80", "127.0.0.1:8\r0", "\u202e:1",
	} {
		f.Add(address)
	}
	f.Fuzz(func(t *testing.T, address string) {
		asked, err := askFor(t, address)
		text := err.Error()
		if !strings.HasPrefix(text, "cannot listen on ") || strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) {
			t.Fatalf("%q: %q", address, text)
		}
		if len(asked) == 0 {
			return
		}
		if !errors.Is(err, syscall.EACCES) {
			t.Fatalf("%q: %v hides the kernel's reason", address, err)
		}
		var addr net.Addr = &net.UnixAddr{Net: "unix", Name: asked[0].Path}
		if !asked[0].Unix {
			addr = net.TCPAddrFromAddrPort(asked[0].IP)
		}
		if again, err := askFor(t, nameOf(addr)); len(again) != 1 || again[0] != asked[0] {
			t.Fatalf("%q asks for %v, which is named %q, and that asks for %v (%v)", address, asked[0], nameOf(addr), again, err)
		}
	})
}
