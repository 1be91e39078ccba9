package kernel

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"testing"

	"golang.org/x/sys/unix"
)

const withoutStandardDescriptors = "EDDY_TEST_WITHOUT_STANDARD_DESCRIPTORS"

// F14: sockets never take the descriptors 0 to 2. The check runs in a process of its own, which closes them: Go's
// runtime opens those that are closed at the start.
func TestSocketsLeaveTheStandardDescriptorsAlone(t *testing.T) {
	if os.Getenv(withoutStandardDescriptors) != "" {
		report := os.NewFile(firstFree, "report") // the first of ExtraFiles
		for fd := range firstFree {
			_ = unix.Close(fd)
		}
		if err := useNoStandardDescriptor(t); err != nil {
			fmt.Fprint(report, err)
		} else {
			fmt.Fprint(report, "ok")
		}
		os.Exit(0)
	}

	in, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	child := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
	child.Env = append(os.Environ(), withoutStandardDescriptors+"=1")
	child.ExtraFiles = []*os.File{out}
	err = child.Start()
	out.Close()
	if err != nil {
		t.Fatal(err)
	}
	report, err := io.ReadAll(in)
	if err != nil {
		t.Error(err)
	}
	if err := child.Wait(); err != nil {
		t.Error(err)
	}
	if string(report) != "ok" {
		t.Errorf("the process without standard descriptors: %q", report)
	}
}

func useNoStandardDescriptor(t *testing.T) error {
	k, err := newEpoll()
	if err != nil {
		return err
	}
	listener, err := k.Listen(loopback, ListenOptions{})
	if err != nil {
		return err
	}
	addr, _ := k.LocalAddr(listener)
	client, _, err := k.Dial(addr, DialOptions{})
	if err != nil {
		return err
	}
	server, _, errno := k.Accept(listener)
	if errno != 0 {
		return errno
	}
	path := fmt.Sprintf("@eddy-test-%d", unix.Getpid())
	named, err := k.Listen(Addr{Unix: true, Path: path}, ListenOptions{})
	if err != nil {
		return err
	}
	opened := []int{k.fd, int(k.wakeup), listener, client, server, named}
	for _, fd := range opened {
		if fd < firstFree {
			return fmt.Errorf("descriptors %v", opened)
		}
		if flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0); err != nil || flags&unix.FD_CLOEXEC == 0 {
			return fmt.Errorf("descriptor %d: flags %#x, %v", fd, flags, err)
		}
	}
	for _, fd := range opened[2:] {
		if flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFL, 0); err != nil || flags&unix.O_NONBLOCK == 0 {
			return fmt.Errorf("descriptor %d: flags %#x, %v", fd, flags, err)
		}
	}
	// They work: what was moved is still the socket that it was.
	if _, errno := k.Write(client, []byte("x")); errno != 0 {
		return errno
	}
	if n, errno := k.Read(server, make([]byte, 2)); n != 1 || errno != 0 {
		return fmt.Errorf("read %d bytes, %v", n, errno)
	}
	for fd := range firstFree {
		if _, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0); err != unix.EBADF {
			return fmt.Errorf("descriptor %d is open", fd)
		}
	}
	return noRoomAbove(t, k, addr)
}

// noRoomAbove checks that a socket that cannot be moved is an error, not a socket at a standard descriptor.
func noRoomAbove(t *testing.T, k *epoll, addr Addr) (err error) {
	free, err := unix.FcntlInt(uintptr(k.fd), unix.F_DUPFD_CLOEXEC, firstFree)
	if err != nil {
		return err
	}
	_ = unix.Close(free)
	limitDescriptors(t, free, func() {
		if _, _, dialled := k.Dial(addr, DialOptions{}); !errors.Is(dialled, unix.EMFILE) && !errors.Is(dialled, unix.EINVAL) {
			err = fmt.Errorf("dialled with no descriptor left: %v", dialled)
		}
		if _, made := New(); made == nil {
			err = errors.New("a kernel was made with no descriptor left")
		}
	})
	if _, open := unix.FcntlInt(0, unix.F_GETFD, 0); err == nil && open == nil {
		err = errors.New("descriptor 0 was left open")
	}
	return err
}
