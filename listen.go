package eddy

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"syscall"

	"github.com/eddy-go/eddy/internal/kernel"
)

// ListenConfig says how a listener is made. The zero ListenConfig is what Runtime.ListenTCP uses.
type ListenConfig struct {
	// Backlog is how many connections may wait to be accepted. 0 is the system's maximum.
	Backlog int
	// ReusePort lets several listeners share one port; the kernel spreads the connections over them.
	ReusePort bool
	// V6Only keeps a listener on an IPv6 address from taking IPv4 connections. By default the address [::] takes both.
	V6Only bool
	// UnixMode is the file mode of a Unix socket's file. 0 leaves what the umask gives.
	UnixMode fs.FileMode
	// Control is called with the socket before it is bound, to set further options. It must not block.
	Control func(network, address string, c syscall.RawConn) error
}

// ListenTCP listens on address, an IP address (or localhost, which is 127.0.0.1) and a port: "127.0.0.1:8080", "[::1]:0", ":8080" for all addresses of
// both families. Port 0 chooses a free one; Addr tells which. Errors are *net.OpError. From a task.
func (rt *Runtime) ListenTCP(address string) (*TCPListener, error) {
	return ListenConfig{}.ListenTCP(rt, address)
}

// ListenUnix listens on the Unix socket at path. A file on which nobody listens any more is replaced; one with a live
// listener, or a file that is no socket, is an error. Close removes the file. From a task.
func (rt *Runtime) ListenUnix(path string) (*TCPListener, error) {
	return ListenConfig{}.ListenUnix(rt, path)
}

// ListenTCP is Runtime.ListenTCP with this configuration. From a task.
func (c ListenConfig) ListenTCP(rt *Runtime, address string) (*TCPListener, error) {
	rt.fromTask("ListenTCP")
	addr, err := parseAddress(address, netip.IPv6Unspecified())
	if err != nil {
		return nil, &net.OpError{Op: "listen", Net: "tcp", Err: err}
	}
	l, err := c.listen(rt, addr, address)
	if errors.Is(err, syscall.EAFNOSUPPORT) && address[0] == ':' { // all addresses, on a host without IPv6
		addr.IP = netip.AddrPortFrom(netip.IPv4Unspecified(), addr.IP.Port())
		l, err = c.listen(rt, addr, address)
	}
	return l, err
}

// ListenUnix is Runtime.ListenUnix with this configuration. From a task.
func (c ListenConfig) ListenUnix(rt *Runtime, path string) (*TCPListener, error) {
	rt.fromTask("ListenUnix")
	addr, err := parsePath(path)
	if err != nil {
		return nil, &net.OpError{Op: "listen", Net: "unix", Err: err}
	}
	l, err := c.listen(rt, addr, path)
	if err == nil {
		l.unlink = path
	}
	return l, err
}

func (c ListenConfig) listen(rt *Runtime, addr kernel.Addr, address string) (*TCPListener, error) {
	opError := func(err error) error {
		return &net.OpError{Op: "listen", Net: network(addr.Unix), Addr: netAddr(addr), Err: err}
	}
	if c.Control != nil && rt.world != nil {
		return nil, opError(errSimulated)
	}
	fd, err := rt.kernel.Listen(addr, kernel.ListenOptions{
		Backlog:   c.Backlog,
		ReusePort: c.ReusePort,
		V6Only:    c.V6Only,
		UnixMode:  uint32(c.UnixMode.Perm()),
		Control:   control(c.Control, network(addr.Unix), address),
	})
	if err != nil {
		return nil, opError(err)
	}
	l, err := newListener(rt, fd, addr.Unix)
	if err != nil {
		rt.kernel.Unlink(addr.Path)
		return nil, opError(err)
	}
	return l, nil
}

// control adapts a Control function to the kernel's.
func control(f func(network, address string, c syscall.RawConn) error, network, address string) func(fd int) error {
	if f == nil {
		return nil
	}
	return func(fd int) error { return f(network, address, rawDescriptor(fd)) }
}

// rawDescriptor is the syscall.RawConn of a socket that is not bound yet: it has nothing to read or write.
type rawDescriptor int

func (r rawDescriptor) Control(f func(fd uintptr)) error { f(uintptr(r)); return nil }
func (r rawDescriptor) Read(func(fd uintptr) bool) error { return syscall.EINVAL }
func (r rawDescriptor) Write(func(fd uintptr) bool) error {
	return syscall.EINVAL
}

// ListenerFromFD makes a listener of a socket that listens already, inherited from a service manager or the process
// before. The runtime owns the descriptor from now on, also on failure. The file of a Unix socket is not removed. From
// a task.
func (rt *Runtime) ListenerFromFD(fd int) (*TCPListener, error) {
	rt.fromTask("ListenerFromFD")
	opError := func(err error) error { return &net.OpError{Op: "file", Net: "fd", Err: err} }
	if rt.world != nil {
		return nil, opError(errSimulated) // it is the test process's: left alone
	}
	addr, err := rt.adopt(fd)
	if err != nil {
		rt.kernel.Close(fd)
		return nil, opError(err)
	}
	l, err := newListener(rt, fd, addr.Unix)
	if err != nil {
		return nil, opError(err)
	}
	return l, nil
}

// adopt makes sure that fd is what a TCPListener can be made of.
func (rt *Runtime) adopt(fd int) (kernel.Addr, error) {
	addr, err := rt.kernel.Adopt(fd)
	if err != nil {
		return addr, err
	}
	listening, _ := rt.kernel.Option(fd, kernel.OptListening)
	kind, _ := rt.kernel.Option(fd, kernel.OptType)
	if listening == 0 || kind != syscall.SOCK_STREAM || addr == (kernel.Addr{}) {
		return addr, fmt.Errorf("descriptor %d is no listening TCP or Unix stream socket: %w", fd, syscall.EINVAL)
	}
	return addr, nil
}
