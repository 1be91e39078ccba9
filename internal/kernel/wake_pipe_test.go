//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package kernel

import (
	"testing"

	"golang.org/x/sys/unix"
)

// F5: a pipe that stays full would swallow the wakes that come after the wait.
func TestFetchedWakePipeIsEmpty(t *testing.T) {
	s := &script{T: t, answers: []answer{{errno: unix.EINVAL}, {}}}
	k, err := newKqueue(s.queue())
	if err != nil {
		t.Fatal(err)
	}
	defer k.End()
	const more = 1<<16 + 1 // than a pipe holds
	for _, wakes := range []int{1, more} {
		for range wakes {
			k.Wake()
		}
		k.wakeup.fetched()
		p := make([]byte, 1)
		if n, err := unix.Read(k.wakeup.(*wakePipe).read, p); err != unix.EAGAIN {
			t.Errorf("after %d wakes: %d, %v", wakes, n, err)
		}
	}
}
