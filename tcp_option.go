package eddy

import (
	"net"
	"syscall"
	"time"

	"github.com/eddy-go/eddy/internal/kernel"
)

// The keep-alive of package net, which is ours too.
const (
	keepAliveIdle     = 15 * time.Second
	keepAliveInterval = 15 * time.Second
	keepAliveCount    = 9
)

// SetNoDelay controls whether small writes go out at once (the default) or are gathered (Nagle's algorithm). From a
// task.
func (s *TCPStream) SetNoDelay(on bool) error { return s.setOption(kernel.OptNoDelay, number(on)) }

// SetKeepAlive controls whether the kernel probes a silent peer. It does by default. From a task.
func (s *TCPStream) SetKeepAlive(on bool) error { return s.setOption(kernel.OptKeepAlive, number(on)) }

// SetKeepAliveConfig sets how the kernel probes a silent peer. Fields that are zero get package net's defaults (15 s,
// 15 s, 9 probes), negative ones are left as they are. From a task.
func (s *TCPStream) SetKeepAliveConfig(c net.KeepAliveConfig) error {
	if err := s.SetKeepAlive(c.Enable); err != nil {
		return err
	}
	for _, o := range keepAliveOptions(c) {
		if o.value >= 0 {
			if err := s.setOption(o.option, o.value); err != nil {
				return err
			}
		}
	}
	return nil
}

type optionValue struct {
	option kernel.Option
	value  int
}

func keepAliveOptions(c net.KeepAliveConfig) [3]optionValue {
	seconds := func(d, byDefault time.Duration) int {
		if d == 0 {
			d = byDefault
		}
		if d < 0 {
			return -1
		}
		return int((d + time.Second - 1) / time.Second)
	}
	count := c.Count
	if count == 0 {
		count = keepAliveCount
	}
	return [3]optionValue{
		{kernel.OptKeepIdle, seconds(c.Idle, keepAliveIdle)},
		{kernel.OptKeepInterval, seconds(c.Interval, keepAliveInterval)},
		{kernel.OptKeepCount, count},
	}
}

// SetReadBuffer sets the size of the kernel's receive buffer in bytes. From a task.
func (s *TCPStream) SetReadBuffer(bytes int) error { return s.setOption(kernel.OptRecvBuffer, bytes) }

// SetWriteBuffer sets the size of the kernel's send buffer in bytes. From a task.
func (s *TCPStream) SetWriteBuffer(bytes int) error { return s.setOption(kernel.OptSendBuffer, bytes) }

// SetLinger sets what Close does with bytes that the peer has not acknowledged. seconds < 0, the default: they go out
// in the background. 0: they are discarded and the connection is reset. seconds > 0: as by default, but the peer gets
// so many seconds to end its direction, in place of one. Close never waits in any case. From a task.
func (s *TCPStream) SetLinger(seconds int) error {
	if err := s.setOption(kernel.OptResetOnClose, number(seconds == 0)); err != nil {
		return err
	}
	s.extra().lingers = defaultLinger
	if seconds >= 0 {
		s.extra().lingers = time.Duration(min(seconds, 1<<30)) * time.Second
	}
	return nil
}

// SyscallConn returns access to the descriptor. Its functions must not block, must not close the descriptor and must
// not register it anywhere. From a task.
func (s *TCPStream) SyscallConn() (syscall.RawConn, error) {
	if err := s.descriptorFor("syscall"); err != nil {
		return nil, err
	}
	s.sent = true // as far as we can know
	return rawStream{s}, nil
}

// rawStream is the syscall.RawConn of a stream.
type rawStream struct{ s *TCPStream }

func (r rawStream) Control(f func(fd uintptr)) error { return r.s.control(f) }

// Read calls f until it reports true, and waits for readability in between.
func (r rawStream) Read(f func(fd uintptr) (done bool)) error {
	s := r.s
	for w := (readWait{}); ; {
		if err := s.rt.exec.Current("raw-read").Spend(); err != nil {
			return s.waitError("raw-read", err)
		}
		if err := s.ready("raw-read", readDirection); err != nil {
			return err
		}
		if f(uintptr(s.source.FD())) {
			s.moved()
			return nil
		}
		s.source.Read().Clear()
		if err := s.awaitReadable(&w); err != nil {
			return s.waitError("raw-read", err)
		}
	}
}

// Write calls f until it reports true, and waits for writability in between.
func (r rawStream) Write(f func(fd uintptr) (done bool)) error {
	s := r.s
	for {
		if err := s.rt.exec.Current("raw-write").Spend(); err != nil {
			return s.waitError("raw-write", err)
		}
		if err := s.ready("raw-write", writeDirection); err != nil {
			return err
		}
		if f(uintptr(s.source.FD())) {
			s.moved()
			return nil
		}
		s.source.Write().Clear()
		if _, err := Await[struct{}](s.rt, &readiness{s: s, direction: writeDirection, busy: true}); err != nil {
			return s.waitError("raw-write", err)
		}
	}
}

func number(on bool) int {
	if on {
		return 1
	}
	return 0
}
