package simnet

import (
	"syscall"

	"github.com/eddy-go/eddy/internal/kernel"
)

// options are what can be set on a socket. A connection that is accepted has those of its listener.
type options struct {
	noDelay, keepAlive, resetOnClose bool

	keepIdle, keepInterval, keepCount int
	sendBuffer, recvBuffer            int // bytes; 0: what the link gives
}

// The keep-alive of a socket that was told nothing is Linux's.
var standard = options{keepIdle: 7200, keepInterval: 75, keepCount: 9}

// The limits are Linux's: those of the keep-alive options, the least buffers, and what net.core.rmem_max and wmem_max
// are on a machine that serves.
const (
	maxKeepTime   = 32767
	maxKeepCount  = 127
	minSendBuffer = 4608
	minRecvBuffer = 2304
	maxBuffer     = 8 << 20
)

// Option reads a socket option.
func (k *Kernel) Option(fd int, o kernel.Option) (value int, errno kernel.Errno) {
	if !k.enter() {
		return 0, syscall.EIO
	}
	s, errno := k.socket(fd)
	if errno == 0 {
		value, errno = s.option(o)
	}
	k.done("getsockopt", fd, uint64(o), uint64(value), errno)
	return value, errno
}

func (s *socket) option(o kernel.Option) (int, kernel.Errno) {
	if s.unix && ofTCP(o) {
		return 0, syscall.EOPNOTSUPP
	}
	switch o {
	case kernel.OptError:
		if s.end == nil {
			return 0, 0
		}
		return int(s.end.takeError()), 0
	case kernel.OptNoDelay:
		return flag(s.options.noDelay), 0
	case kernel.OptKeepAlive:
		return flag(s.options.keepAlive), 0
	case kernel.OptKeepIdle:
		return s.options.keepIdle, 0
	case kernel.OptKeepInterval:
		return s.options.keepInterval, 0
	case kernel.OptKeepCount:
		return s.options.keepCount, 0
	case kernel.OptResetOnClose:
		return flag(s.options.resetOnClose), 0
	case kernel.OptRecvBuffer:
		return orElse(s.options.recvBuffer, within.RecvBuffer), 0
	case kernel.OptSendBuffer:
		return orElse(s.options.sendBuffer, within.SendBuffer), 0
	case kernel.OptListening:
		return flag(s.listener != nil && !s.listener.closed), 0
	case kernel.OptType:
		return syscall.SOCK_STREAM, 0
	}
	return 0, syscall.ENOPROTOOPT
}

// SetOption sets a socket option.
func (k *Kernel) SetOption(fd int, o kernel.Option, value int) (errno kernel.Errno) {
	if !k.enter() {
		return syscall.EIO
	}
	s, errno := k.socket(fd)
	if errno == 0 {
		errno = s.setOption(o, value)
	}
	k.done("setsockopt", fd, uint64(o), uint64(value), errno)
	return errno
}

func (s *socket) setOption(o kernel.Option, value int) kernel.Errno {
	if s.unix && ofTCP(o) {
		return syscall.EOPNOTSUPP
	}
	switch o {
	case kernel.OptNoDelay:
		s.options.noDelay = value != 0
	case kernel.OptKeepAlive:
		s.options.keepAlive = value != 0
		s.askAnew()
	case kernel.OptKeepIdle:
		if errno := setWithin(&s.options.keepIdle, value, maxKeepTime); errno != 0 {
			return errno
		}
		s.askAnew()
	case kernel.OptKeepInterval:
		return setWithin(&s.options.keepInterval, value, maxKeepTime)
	case kernel.OptKeepCount:
		return setWithin(&s.options.keepCount, value, maxKeepCount)
	case kernel.OptResetOnClose:
		s.options.resetOnClose = value != 0
	case kernel.OptRecvBuffer:
		s.options.recvBuffer = doubled(value, minRecvBuffer)
	case kernel.OptSendBuffer:
		s.options.sendBuffer = doubled(value, minSendBuffer)
		if s.end != nil && s.end.state != connecting {
			s.end.roomCame()
		}
	default:
		return syscall.ENOPROTOOPT
	}
	return 0
}

// askAnew sets the time of the next keep-alive probe, where one is to be sent.
func (s *socket) askAnew() {
	if s.end != nil {
		s.kernel.net.alarms.stop(&s.end.keep)
		s.end.suspect()
	}
}

func ofTCP(o kernel.Option) bool {
	switch o {
	case kernel.OptNoDelay, kernel.OptKeepIdle, kernel.OptKeepInterval, kernel.OptKeepCount:
		return true
	}
	return false
}

func flag(on bool) int {
	if on {
		return 1
	}
	return 0
}

func setWithin(field *int, value, most int) kernel.Errno {
	if value < 1 || value > most {
		return syscall.EINVAL
	}
	*field = value
	return 0
}

// doubled is what Linux makes of a buffer's size: room for as much again, which it needs for its own records.
func doubled(value, least int) int {
	return max(2*min(value, maxBuffer/2), least)
}

func orElse(set, otherwise int) int {
	if set != 0 {
		return set
	}
	return otherwise
}
