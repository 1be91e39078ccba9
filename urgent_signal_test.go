//go:build linux

package eddy_test

import (
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/internal/kernel"
)

// F31: at an urgent mark the system answers EAGAIN if a signal is pending, although bytes lie behind the mark, and no
// event tells of those. The stream asks again. On a stream without urgent data EAGAIN is taken at its word.
func TestFalseEAGAINAtAnUrgentMarkDoesNotHang(t *testing.T) {
	eddytest.Baseline(t)
	k := got(kernel.New())(t)
	signalled := &scriptedKernel{Kernel: k}
	pending, reads := false, 0
	signalled.read = func(fd int, p []byte) (int, kernel.Errno) {
		reads++
		if pending {
			pending = false
			return 0, syscall.EAGAIN
		}
		return k.Read(fd, p)
	}
	blockOn(t, newRuntime(t, eddy.Config{}, signalled), func(t *testing.T, rt *eddy.Runtime) {
		s, peer := rawPair(t, rt, "tcp")
		fd := int(peer.Fd())
		must(t, unix.Send(fd, []byte("ab"), 0))
		must(t, unix.Send(fd, []byte("!"), unix.MSG_OOB))
		must(t, unix.Send(fd, []byte("cd"), 0))
		readText(t, s, "ab")
		pending = true
		readText(t, s, "cd")

		calm, other := rawPair(t, rt, "tcp")
		must(t, unix.Send(int(other.Fd()), []byte("ef"), 0))
		readText(t, calm, "ef")
		reads = 0
		waiter := rt.Spawn(func() { calm.Read(make([]byte, 2)) })
		must(t, rt.Yield())
		if reads > 1 {
			t.Errorf("%d reads of a stream without urgent data", reads)
		}
		waiter.Cancel()
	})
}
