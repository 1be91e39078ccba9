package kerneltest

import (
	"syscall"

	"github.com/eddy-go/eddy/internal/kernel"
)

// Options are set, read back as they were set, or refused with ENOPROTOOPT.
var optionProperties = []property{
	{"flags are what they were set to", func(r *rig) {
		client, _ := r.pair()
		for _, o := range []kernel.Option{kernel.OptNoDelay, kernel.OptKeepAlive, kernel.OptResetOnClose} {
			for _, value := range []int{1, 0, 1} {
				r.ok("SetOption", r.k.SetOption(client, o, value))
				if got := option(r, client, o); got != value {
					r.Errorf("option %d: set %d, read %d", o, value, got)
				}
			}
		}
	}},
	{"keep-alive times are seconds", func(r *rig) {
		client, _ := r.pair()
		for o, value := range map[kernel.Option]int{
			kernel.OptKeepIdle: 45, kernel.OptKeepInterval: 7, kernel.OptKeepCount: 4,
		} {
			errno := r.k.SetOption(client, o, value)
			if errno == syscall.ENOPROTOOPT {
				_, errno = r.k.Option(client, o)
				r.want("Option", errno, syscall.ENOPROTOOPT)
				continue
			}
			r.ok("SetOption", errno)
			if got := option(r, client, o); got != value {
				r.Errorf("option %d: set %d, read %d", o, value, got)
			}
		}
	}},
	{"buffers are at least as large as asked", func(r *rig) {
		client, _ := r.pair()
		for _, o := range []kernel.Option{kernel.OptRecvBuffer, kernel.OptSendBuffer} {
			r.ok("SetOption", r.k.SetOption(client, o, 32<<10))
			if got := option(r, client, o); got < 32<<10 {
				r.Errorf("option %d: %d", o, got)
			}
		}
	}},
	{"listeners are told from connections", func(r *rig) {
		listener := r.listen(loopback4, kernel.ListenOptions{})
		client := r.dial(r.local(listener))
		if option(r, listener, kernel.OptListening) != 1 || option(r, client, kernel.OptListening) != 0 {
			r.Error("a listener and a connection are mixed up")
		}
	}},
	{"sockets are streams", func(r *rig) {
		client, server := r.pair()
		for _, fd := range []int{client, server} {
			if got := option(r, fd, kernel.OptType); got != syscall.SOCK_STREAM {
				r.Errorf("type %d", got)
			}
		}
	}},
	{"a socket without an error has error 0", func(r *rig) {
		client, _ := r.pair()
		if got := option(r, client, kernel.OptError); got != 0 {
			r.Errorf("error %d", got)
		}
	}},
	{"what can only be read cannot be set", func(r *rig) {
		client, _ := r.pair()
		for _, o := range []kernel.Option{kernel.OptError, kernel.OptListening, kernel.OptType} {
			r.want("SetOption", r.k.SetOption(client, o, 1), syscall.ENOPROTOOPT)
		}
	}},
	{"an unknown option is refused", func(r *rig) {
		client, _ := r.pair()
		const unknown = kernel.Option(255)
		r.want("SetOption", r.k.SetOption(client, unknown, 1), syscall.ENOPROTOOPT)
		_, errno := r.k.Option(client, unknown)
		r.want("Option", errno, syscall.ENOPROTOOPT)
	}},
	{"options of a descriptor that is not open are an error", func(r *rig) {
		for _, o := range []kernel.Option{kernel.OptNoDelay, kernel.OptResetOnClose} {
			r.want("SetOption", r.k.SetOption(1<<20, o, 1), syscall.EBADF)
			_, errno := r.k.Option(1<<20, o)
			r.want("Option", errno, syscall.EBADF)
		}
	}},
}

func option(r *rig, fd int, o kernel.Option) int {
	r.Helper()
	value, errno := r.k.Option(fd, o)
	r.ok("Option", errno)
	return value
}
