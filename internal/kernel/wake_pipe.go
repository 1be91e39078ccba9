//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package kernel

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// wakePipe is the wake-up where there is no EVFILT_USER: a pipe whose read end is registered under WakeToken. A wake
// writes a byte into it; a wait that fetches the event empties it.
//
//	waker                          loop
//	                               fetches the event
//	writes: EAGAIN, it is full
//	                               empties the pipe
//	                               returns with WakeToken
//
// So a wake that found the pipe full has ended a wait all the same: the one that empties it returns afterwards. And a
// byte written while it is emptied is either read with the rest or makes the next event, which may be surplus.
type wakePipe struct {
	read, write int
}

func (k *kqueue) newWakePipe() (wakeup, Errno) {
	w, errno := k.pipe()
	if errno == 0 {
		errno = change(k.queue.Kevent, []Kevent{newKevent(uintptr(w.read), EvfiltRead, EvAdd|EvClear, 0, WakeToken)})
	}
	if errno != 0 {
		w.close()
		return nil, errno
	}
	return w, 0
}

// pipe makes a pipe, both ends non-blocking, closed on exec and above the standard descriptors.
func (k *kqueue) pipe() (w *wakePipe, errno Errno) {
	ends := [2]int{-1, -1}
	// Not all systems can make it so in one call. The lock keeps a child process from starting in between.
	syscall.ForkLock.RLock()
	errno = errnoOf(unix.Pipe(ends[:]))
	for _, fd := range ends {
		if errno == 0 {
			unix.CloseOnExec(fd)
			errno = errnoOf(unix.SetNonblock(fd, true))
		}
	}
	syscall.ForkLock.RUnlock()
	for i := range ends {
		if errno == 0 {
			ends[i], errno = k.aboveStandard(ends[i])
		}
	}
	return &wakePipe{read: ends[0], write: ends[1]}, errno
}

// wake cannot fail but for EAGAIN, see above: both ends are open until close.
func (w *wakePipe) wake() {
	_ = ignoringEINTR(func() error {
		_, err := unix.Write(w.write, []byte{0})
		return err
	})
}

// fetched empties the pipe: a full one would swallow later wakes.
func (w *wakePipe) fetched() {
	var bytes [128]byte
	for {
		n, err := unix.Read(w.read, bytes[:])
		if err != unix.EINTR && n < len(bytes) {
			return
		}
	}
}

// close gives both ends back. A failed start may have left one of them at -1, which no call minds.
func (w *wakePipe) close() {
	_ = unix.Close(w.read)
	_ = unix.Close(w.write)
}
