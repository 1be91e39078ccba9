//go:build unix

package eddy_test

import (
	"syscall"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/internal/kernel"
)

// narrowKernel is a kernel on which one socket has so much room and no more, whatever its peer reads. So a write is cut
// where the test wants it, and what is left waits until the test makes room.
type narrowKernel struct {
	kernel.Kernel
	tokens map[int]kernel.Token // of all sockets
	fd     int                  // the narrow socket; 0: none yet
	room   int
	cut    func() // is called before a part of a write goes out
	made   bool   // room, and the loop does not know it yet
}

// onNarrowKernels runs body as the main task of a runtime, on each kernel.
func onNarrowKernels(t *testing.T, body func(t *testing.T, rt *eddy.Runtime, k *narrowKernel)) {
	t.Helper()
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		narrow := &narrowKernel{Kernel: k, tokens: make(map[int]kernel.Token)}
		blockOn(t, newRuntime(t, eddy.Config{}, narrow), func(t *testing.T, rt *eddy.Runtime) { body(t, rt, narrow) })
	})
}

// narrow leaves s room for so many bytes. cut is called when a write is cut.
func (k *narrowKernel) narrow(t *testing.T, s *eddy.TCPStream, room int, cut func()) {
	t.Helper()
	must(t, got(s.SyscallConn())(t).Control(func(fd uintptr) { k.fd = int(fd) }))
	k.room, k.cut = room, cut
}

// widen makes room for more.
func (k *narrowKernel) widen(room int) { k.room, k.made = room, true }

func (k *narrowKernel) Register(fd int, token kernel.Token) kernel.Errno {
	k.tokens[fd] = token
	return k.Kernel.Register(fd, token)
}

func (k *narrowKernel) Write(fd int, p []byte) (int, kernel.Errno) {
	switch {
	case fd != k.fd:
		return k.Kernel.Write(fd, p)
	case k.room == 0:
		return 0, syscall.EAGAIN
	case k.room < len(p):
		p = p[:k.room]
		k.cut()
	}
	n, errno := k.Kernel.Write(fd, p)
	if errno == 0 {
		k.room -= n
	}
	return n, errno
}

func (k *narrowKernel) Wait(events []kernel.Event, timeout time.Duration) (int, kernel.Errno) {
	if k.made {
		k.made = false
		events[0] = kernel.Event{Token: k.tokens[k.fd], Ready: kernel.Writable}
		return 1, 0
	}
	return k.Kernel.Wait(events, timeout)
}
