package kernel

import (
	"testing"

	"golang.org/x/sys/unix"
)

// A socket from outside blocks, and children inherit it; one that is adopted does and is neither.
func TestAdoptedSocketNeitherBlocksNorLeaks(t *testing.T) {
	k := openEpoll(t)
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	closing(t, k, fd)
	if err := unix.Bind(fd, &unix.SockaddrInet4{Addr: loopback.IP.Addr().As4()}); err != nil {
		t.Fatal(err)
	}
	if err := unix.Listen(fd, 1); err != nil {
		t.Fatal(err)
	}
	addr, err := k.Adopt(fd)
	if local, _ := k.LocalAddr(fd); err != nil || addr != local || addr.IP.Addr() != loopback.IP.Addr() {
		t.Errorf("address %v, want %v; %v", addr, local, err)
	}
	if flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0); err != nil || flags&unix.FD_CLOEXEC == 0 {
		t.Errorf("flags %#x, %v: children inherit it", flags, err)
	}
	if flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFL, 0); err != nil || flags&unix.O_NONBLOCK == 0 {
		t.Fatalf("flags %#x, %v: it blocks", flags, err)
	}
	if _, _, errno := k.Accept(fd); errno != unix.EAGAIN {
		t.Errorf("Accept: %v", errno)
	}
}
