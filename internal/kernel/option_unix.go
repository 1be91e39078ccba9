//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package kernel

import "golang.org/x/sys/unix"

// absent stands for an option that the system lacks.
const absent = -1

// Option reads a socket option.
func (s *sockets) Option(fd int, o Option) (int, Errno) {
	if o == OptResetOnClose {
		linger, err := unix.GetsockoptLinger(fd, unix.SOL_SOCKET, unix.SO_LINGER)
		if err == nil && linger.Onoff != 0 && linger.Linger == 0 {
			return 1, 0
		}
		return 0, errnoOf(err)
	}
	level, name := optionName(o)
	if name == absent {
		return 0, unix.ENOPROTOOPT
	}
	value, err := unix.GetsockoptInt(fd, level, name)
	switch {
	case err != nil:
		return 0, errnoOf(err)
	case o == OptKeepIdle || o == OptKeepInterval:
		return value / keepUnits, 0
	case isFlag(o) && value != 0: // some systems answer with the flag's bit
		return 1, 0
	}
	return value, 0
}

// SetOption sets a socket option.
func (s *sockets) SetOption(fd int, o Option, value int) Errno {
	switch o {
	case OptError, OptListening, OptType: // read only
		return unix.ENOPROTOOPT
	case OptResetOnClose:
		// The time is always 0: with a longer one close would block the thread, even on a non-blocking socket (F33).
		return errnoOf(unix.SetsockoptLinger(fd, unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: int32(value)}))
	case OptKeepIdle, OptKeepInterval:
		value *= keepUnits
	}
	level, name := optionName(o)
	if name == absent {
		return unix.ENOPROTOOPT
	}
	return errnoOf(unix.SetsockoptInt(fd, level, name, value))
}

func isFlag(o Option) bool {
	return o == OptNoDelay || o == OptKeepAlive || o == OptListening
}

// optionName returns the system's numbers for o.
func optionName(o Option) (level, name int) {
	switch o {
	case OptError:
		return unix.SOL_SOCKET, unix.SO_ERROR
	case OptNoDelay:
		return unix.IPPROTO_TCP, unix.TCP_NODELAY
	case OptKeepAlive:
		return unix.SOL_SOCKET, unix.SO_KEEPALIVE
	case OptKeepIdle:
		return unix.IPPROTO_TCP, keepIdle
	case OptKeepInterval:
		return unix.IPPROTO_TCP, keepInterval
	case OptKeepCount:
		return unix.IPPROTO_TCP, keepCount
	case OptRecvBuffer:
		return unix.SOL_SOCKET, unix.SO_RCVBUF
	case OptSendBuffer:
		return unix.SOL_SOCKET, unix.SO_SNDBUF
	case OptListening:
		return unix.SOL_SOCKET, unix.SO_ACCEPTCONN
	case OptType:
		return unix.SOL_SOCKET, unix.SO_TYPE
	}
	return absent, absent
}
