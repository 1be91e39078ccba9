package kernel

import (
	"errors"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func refusedAsInUse(t *testing.T, k Kernel, addr Addr) {
	t.Helper()
	fd, err := k.Listen(addr, ListenOptions{})
	if err == nil {
		k.Close(fd)
	}
	var named *os.SyscallError
	if !errors.As(err, &named) || named.Syscall != "bind" || named.Err != unix.EADDRINUSE {
		t.Fatalf("%v, want bind: address already in use", err)
	}
}

// What is no socket is never removed, whatever stands at the path.
func TestOnlyStaleSocketsAreReplaced(t *testing.T) {
	k := openEpoll(t)
	for name, place := range map[string]func(path string) error{
		"a file":      func(path string) error { return os.WriteFile(path, []byte("precious"), 0o600) },
		"a directory": func(path string) error { return os.Mkdir(path, 0o700) },
		"a dangling link": func(path string) error {
			return os.Symlink(path+"-nowhere", path)
		},
		"a link to a stale socket": func(path string) error {
			stale, err := k.Listen(Addr{Unix: true, Path: path + "-real"}, ListenOptions{})
			k.Close(stale)
			return errors.Join(err, os.Symlink(path+"-real", path))
		},
		"a datagram socket": func(path string) error {
			fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
			if err != nil {
				return err
			}
			closing(t, k, fd)
			return unix.Bind(fd, &unix.SockaddrUnix{Name: path})
		},
	} {
		t.Run(name, func(t *testing.T) {
			addr := socketPath(t)
			if err := place(addr.Path); err != nil {
				t.Fatal(err)
			}
			before, err := os.Lstat(addr.Path)
			if err != nil {
				t.Fatal(err)
			}
			refusedAsInUse(t, k, addr)
			after, err := os.Lstat(addr.Path)
			if err != nil || !os.SameFile(before, after) {
				t.Errorf("it was removed: %v", err)
			}
		})
	}
}

// A live listener whose backlog is full answers EAGAIN to the question whether it lives.
func TestBusyListenerIsNotReplaced(t *testing.T) {
	k := openEpoll(t)
	addr := socketPath(t)
	listener := listenOn(t, k, addr, ListenOptions{Backlog: 1})
	for {
		fd, _, err := k.Dial(addr, DialOptions{})
		if errors.Is(err, unix.EAGAIN) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		closing(t, k, fd)
	}
	refusedAsInUse(t, k, addr)
	if _, _, errno := k.Accept(listener); errno != 0 {
		t.Fatal(errno)
	}
}

// A socket that can be bound but does not listen leaves no file behind.
func TestFailedListenRemovesItsFile(t *testing.T) {
	k := openEpoll(t)
	addr := socketPath(t)
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	closing(t, k, fd)
	err = k.listenUnix(fd, &unix.SockaddrUnix{Name: addr.Path}, addr.Path, 1, 0)
	if !errors.Is(err, unix.EOPNOTSUPP) {
		t.Fatal(err)
	}
	if _, err := os.Lstat(addr.Path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the file is still there: %v", err)
	}
}

func TestFileThatVanishesIsNoObstacle(t *testing.T) {
	k := openEpoll(t)
	if !k.removeStale(socketPath(t).Path) {
		t.Error("a path at which there is nothing is not worth another try")
	}
	if k.removeStale("@abstract") || k.removeStale("") {
		t.Error("a name that has no file is worth another try")
	}
	if k.removeStale("/dev/null/not-a-directory") {
		t.Error("a path that cannot be looked at is worth another try")
	}
}

// Nobody listens, but without a descriptor that cannot be known.
func TestStaleSocketStaysWithoutDescriptors(t *testing.T) {
	k := openEpoll(t)
	addr := socketPath(t)
	stale, err := k.Listen(addr, ListenOptions{})
	if err != nil {
		t.Fatal(err)
	}
	k.Close(stale)
	limitDescriptors(t, lowestFree(t)+1, func() { refusedAsInUse(t, k, addr) })
	listenOn(t, k, addr, ListenOptions{})
}

func TestUnixModeIsTheFilesMode(t *testing.T) {
	k := openEpoll(t)
	for _, mode := range []uint32{0o600, 0o660, 0o666, 0o777} {
		addr := socketPath(t)
		listenOn(t, k, addr, ListenOptions{UnixMode: mode})
		info, err := os.Stat(addr.Path)
		if err != nil {
			t.Fatal(err)
		}
		if got := uint32(info.Mode().Perm()); got != mode {
			t.Errorf("mode %o, want %o", got, mode)
		}
	}
}

// Abstract names have no file: they are free again when their socket is closed, and there is no mode.
func TestAbstractNames(t *testing.T) {
	k := openEpoll(t)
	addr := Addr{Unix: true, Path: "@eddy-test/" + t.TempDir()}
	listener, err := k.Listen(addr, ListenOptions{UnixMode: 0o600})
	if err != nil {
		t.Fatal(err)
	}
	if local, errno := k.LocalAddr(listener); errno != 0 || local != addr {
		t.Errorf("listens on %v, %v", local, errno)
	}
	refusedAsInUse(t, k, addr)

	own := Addr{Unix: true, Path: addr.Path + "-client"}
	client, _, err := k.Dial(addr, DialOptions{Local: own})
	if err != nil {
		t.Fatal(err)
	}
	closing(t, k, client)
	if _, peer := acceptFrom(t, k, listener); peer != own {
		t.Errorf("peer %v, want %v", peer, own)
	}
	automatic, _, err := k.Dial(addr, DialOptions{Local: Addr{Unix: true}})
	if err != nil {
		t.Fatal(err)
	}
	closing(t, k, automatic)
	if _, peer := acceptFrom(t, k, listener); !strings.HasPrefix(peer.Path, "@") || len(peer.Path) != len("@00000") {
		t.Errorf("the system chose %q", peer.Path)
	}
	if errno := k.Unlink(addr.Path); errno != 0 {
		t.Errorf("Unlink: %v", errno)
	}
	k.Close(listener)
	listenOn(t, k, addr, ListenOptions{})
}

// A name may fill its field to the last byte, without a NUL at the end.
func TestLongestPath(t *testing.T) {
	var raw unix.RawSockaddrUnix
	for i := range raw.Path {
		raw.Path[i] = 'x'
	}
	whole := strings.Repeat("x", len(raw.Path))
	for size, want := range map[uint32]string{
		0: "", 2: "", 5: "xxx",
		unix.SizeofSockaddrUnix:     whole,
		unix.SizeofSockaddrUnix + 1: whole, // Linux counts a NUL that is not there
	} {
		if got := pathOf(&raw, size); got != want {
			t.Errorf("size %d: %q", size, got)
		}
	}
}
