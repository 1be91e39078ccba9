//go:build linux

package differential

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/internal/kernel"
)

// loopback runs programs on this system's sockets.
type loopback struct {
	dir     string // of Unix sockets
	marker  int    // a datagram socket that is connected to itself
	program int    // how many have run
}

// openLoopback is for one test.
func openLoopback(t *testing.T) *loopback {
	t.Helper()
	// Not t.TempDir: the path of a Unix socket has room for 107 bytes.
	dir, err := os.MkdirTemp("", "eddy")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	marker, err := openMarker()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(marker) })
	return &loopback{dir: dir, marker: marker}
}

func openMarker() (int, error) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return -1, err
	}
	err = unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}})
	if err == nil {
		var self unix.Sockaddr
		if self, err = unix.Getsockname(fd); err == nil {
			err = unix.Connect(fd, self)
		}
	}
	if err != nil {
		unix.Close(fd)
		return -1, err
	}
	return fd, nil
}

// run runs a program on a kernel of this system.
func (l *loopback) run(open func() (kernel.Kernel, error), p Program) (Result, error) {
	k, err := open()
	if err != nil {
		return Result{}, err
	}
	l.program++
	rt := eddy.NewWithKernel(eddy.Config{}, k)
	var result Result
	err = rt.BlockOn(func(rt *eddy.Runtime) error {
		result = conduct(rt, place{address: l.address, settle: l.settle}, p)
		return nil
	})
	return result, err
}

// address gives each slot of each program an IP address of its own. Connections that rest in TIME_WAIT use up the ports
// of one; and a port that a slot has given back, to take it again later, must not go to another slot meanwhile.
func (l *loopback) address(slot string) string {
	if slots[slot].unix {
		return filepath.Join(l.dir, fmt.Sprint(slot, l.program))
	}
	process := 2 * (1 + os.Getpid()%120)
	return fmt.Sprintf("127.%d.%d.%d:0", process+slots[slot].backlog, 1+l.program/250%250, 1+l.program%250)
}

// settleRounds bounds settling. Picked: far more than any program needs, so that only what never rests gets there.
const settleRounds = 10_000

// settle lets the loop turn until twice nothing has happened. A packet on loopback is received inside the call that sends
// it, or soon after it in a queue; the marker goes the same way behind it. An answer to a packet queues behind the
// marker, so it takes several.
func (l *loopback) settle(c *conductor) {
	l.settleDials(c)
	rounds := 0
	for quiet := 0; quiet < 2; rounds++ {
		before := c.progress()
		for range 3 {
			l.passMarker(c)
		}
		c.rt.Yield()
		if quiet++; c.progress() != before {
			quiet = 0
		}
		if rounds > settleRounds {
			panic("never settles")
		}
	}
}

// settleDials sees that a dial which found the backlog full has tried again.
func (l *loopback) settleDials(c *conductor) {
	if c.dialling == 0 {
		return
	}
	dials := func() uint64 { return c.rt.Stats().Kernel.Dials }
	for before := dials(); c.dialling > 0 && dials() < before+2; {
		c.rt.Yield()
	}
}

// passMarker sends a datagram through loopback and waits for it.
func (l *loopback) passMarker(c *conductor) {
	var p [1]byte
	if _, err := unix.Write(l.marker, p[:]); err != nil {
		panic(err)
	}
	for {
		_, err := unix.Read(l.marker, p[:])
		switch {
		case err == nil:
			return
		case !errors.Is(err, unix.EAGAIN) && !errors.Is(err, unix.EINTR):
			panic(err)
		}
		c.rt.Yield()
	}
}
