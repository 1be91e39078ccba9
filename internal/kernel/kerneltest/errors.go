package kerneltest

import (
	"errors"
	"net/netip"
	"syscall"

	"github.com/eddy-go/eddy/internal/kernel"
)

// Errors name the call, and what failed leaves nothing open (the suite counts descriptors).
var errorProperties = []property{
	{"a port in use is refused", func(r *rig) {
		addr := r.local(r.listen(loopback4, kernel.ListenOptions{}))
		_, err := r.k.Listen(addr, kernel.ListenOptions{})
		call, errno := r.failed(err)
		if call != "bind" && call != "listen" || errno != syscall.EADDRINUSE {
			r.Fatalf("Listen: %v", err)
		}
	}},
	{"an address that is not ours is refused", func(r *rig) {
		elsewhere := kernel.Addr{IP: netip.MustParseAddrPort("192.0.2.1:0")} // reserved for documentation
		_, err := r.k.Listen(elsewhere, kernel.ListenOptions{})
		if call, errno := r.failed(err); call != "bind" || errno != syscall.EADDRNOTAVAIL {
			r.Errorf("Listen: %v", err)
		}
		_, _, err = r.k.Dial(loopback4, kernel.DialOptions{Local: elsewhere})
		if call, errno := r.failed(err); call != "bind" || errno != syscall.EADDRNOTAVAIL {
			r.Errorf("Dial: %v", err)
		}
	}},
	{"no address is an error", func(r *rig) {
		_, err := r.k.Listen(kernel.Addr{}, kernel.ListenOptions{})
		if call, errno := r.failed(err); call != "socket" || errno == 0 {
			r.Errorf("Listen: %v", err)
		}
		_, _, err = r.k.Dial(kernel.Addr{}, kernel.DialOptions{})
		if call, errno := r.failed(err); call != "socket" || errno == 0 {
			r.Errorf("Dial: %v", err)
		}
	}},
	{"control sees the socket before it is bound", func(r *rig) {
		calls := 0
		control := func(fd int) error {
			calls++
			if got := r.local(fd); got.IP.Port() != 0 {
				r.Errorf("bound to %v already", got)
			}
			return nil
		}
		listener := r.listen(loopback4, kernel.ListenOptions{Control: control})
		fd, _, err := r.k.Dial(r.local(listener), kernel.DialOptions{Control: control})
		if err != nil {
			r.Fatalf("Dial: %v", err)
		}
		r.own(fd)
		if calls != 2 {
			r.Errorf("%d calls", calls)
		}
	}},
	{"control's error is returned as it is", func(r *rig) {
		refusal := errors.New("no")
		control := func(int) error { return refusal }
		if _, err := r.k.Listen(loopback4, kernel.ListenOptions{Control: control}); err != refusal {
			r.Errorf("Listen: %v", err)
		}
		if _, _, err := r.k.Dial(loopback4, kernel.DialOptions{Control: control}); err != refusal {
			r.Errorf("Dial: %v", err)
		}
	}},
	{"a descriptor that is not open is EBADF", func(r *rig) {
		const closed = 1 << 20
		p := make([]byte, 1)
		_, read := r.k.Read(closed, p)
		_, write := r.k.Write(closed, p)
		_, vectored := r.k.Writev(closed, [][]byte{p})
		_, _, accept := r.k.Accept(closed)
		_, local := r.k.LocalAddr(closed)
		_, peer := r.k.PeerAddr(closed)
		for call, errno := range map[string]kernel.Errno{
			"Read": read, "Write": write, "Writev": vectored, "Accept": accept, "LocalAddr": local, "PeerAddr": peer,
			"Shutdown": r.k.Shutdown(closed, kernel.ShutBoth), "Close": r.k.Close(closed),
			"Deregister": r.k.Deregister(closed),
		} {
			if errno != syscall.EBADF {
				r.Errorf("%s: %v", call, errno)
			}
		}
		_, err := r.k.Adopt(closed)
		if _, errno := r.failed(err); errno != syscall.EBADF {
			r.Errorf("Adopt: %v", err)
		}
	}},
	{"a connection has no connections, a listener no peer", func(r *rig) {
		client, _ := r.pair()
		_, _, errno := r.k.Accept(client)
		r.want("Accept", errno, syscall.EINVAL)
		listener := r.listen(loopback4, kernel.ListenOptions{})
		_, errno = r.k.PeerAddr(listener)
		r.want("PeerAddr", errno, syscall.ENOTCONN)
	}},
}
