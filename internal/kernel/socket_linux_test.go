package kernel

import (
	"net/netip"
	"os"
	"os/signal"
	"testing"

	"golang.org/x/sys/unix"
)

// Children inherit nothing, and nothing blocks.
func TestDescriptorsAreClosedOnExec(t *testing.T) {
	k := openEpoll(t)
	client, server := connected(t, k, loopback)
	listener := listenOn(t, k, socketPath(t), ListenOptions{})
	for name, fd := range map[string]int{
		"epoll": k.fd, "eventfd": int(k.wakeup), "client": client, "server": server, "listener": listener,
	} {
		if flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0); err != nil || flags&unix.FD_CLOEXEC == 0 {
			t.Errorf("%s: flags %#x, %v", name, flags, err)
		}
		if flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFL, 0); name != "epoll" && flags&unix.O_NONBLOCK == 0 {
			t.Errorf("%s: flags %#x, %v: it blocks", name, flags, err)
		}
	}
}

// F14: a write to a connection that has ended raises no SIGPIPE, which a program may have asked to be told of.
func TestWritesRaiseNoSignal(t *testing.T) {
	k := openEpoll(t)
	client, _ := connected(t, k, loopback)
	if errno := k.Shutdown(client, ShutWrite); errno != 0 {
		t.Fatal(errno)
	}
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, unix.SIGPIPE, unix.SIGWINCH)
	defer signal.Stop(signals)
	if _, errno := k.Write(client, []byte("x")); errno != unix.EPIPE {
		t.Errorf("Write: %v", errno)
	}
	if _, errno := k.Writev(client, [][]byte{[]byte("x")}); errno != unix.EPIPE {
		t.Errorf("Writev: %v", errno)
	}
	// os/signal hands on lower numbers first, so a SIGPIPE would come before this one.
	if err := unix.Kill(unix.Getpid(), unix.SIGWINCH); err != nil {
		t.Fatal(err)
	}
	if got := <-signals; got != unix.SIGWINCH {
		t.Errorf("signal %v", got)
	}
}

// F33: a linger time above 0, set behind our back, is not the reset that the option stands for.
func TestLingerTimeIsNoReset(t *testing.T) {
	k := openEpoll(t)
	client, _ := connected(t, k, loopback)
	for seconds, want := range map[int32]int{0: 1, 5: 0} {
		linger := &unix.Linger{Onoff: 1, Linger: seconds}
		if err := unix.SetsockoptLinger(client, unix.SOL_SOCKET, unix.SO_LINGER, linger); err != nil {
			t.Fatal(err)
		}
		if got, errno := k.Option(client, OptResetOnClose); got != want || errno != 0 {
			t.Errorf("%d seconds: %d, %v", seconds, got, errno)
		}
	}
	if errno := k.SetOption(client, OptResetOnClose, 0); errno != 0 {
		t.Fatal(errno)
	}
	linger, err := unix.GetsockoptLinger(client, unix.SOL_SOCKET, unix.SO_LINGER)
	if err != nil || linger.Onoff != 0 {
		t.Errorf("%+v, %v", linger, err)
	}
}

// Linux connects to the unspecified address by itself; the other systems need it spelt out.
func TestUnspecifiedAddressIsThisHost(t *testing.T) {
	for from, to := range map[string]string{
		"0.0.0.0:80":          "127.0.0.1:80",
		"[::]:80":             "[::1]:80",
		"[::ffff:0.0.0.0]:80": "127.0.0.1:80",
		"192.0.2.1:80":        "192.0.2.1:80",
		"[fe80::1%7]:80":      "[fe80::1%7]:80",
	} {
		got := thisHost(Addr{IP: netip.MustParseAddrPort(from)})
		if want := (Addr{IP: netip.MustParseAddrPort(to)}); got != want {
			t.Errorf("%v: %v, want %v", from, got, want)
		}
	}
	if path := (Addr{Unix: true, Path: "/s"}); thisHost(path) != path || thisHost(Addr{}) != (Addr{}) {
		t.Error("an address without IP was changed")
	}
}
