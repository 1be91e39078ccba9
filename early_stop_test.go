//go:build linux

package eddy_test

import (
	"io"
	"os"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/eddy-go/eddy"
)

// F31: a read stops early at a TCP urgent mark, and no event tells of the bytes behind it. The stream does not hang.
func TestUrgentDataDoesNotHang(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		s, peer := rawPair(t, rt, "tcp")
		fd := int(peer.Fd())
		for _, wait := range []bool{false, true} {
			var reader *eddy.JoinHandle[string]
			read := func() (string, error) {
				buf := make([]byte, 4)
				err := rt.WithTimeout(10*time.Second, func() error { _, err := io.ReadFull(s, buf); return err })
				return string(buf), err
			}
			if wait {
				reader = eddy.Spawn(rt, read)
				untilWaiting(t, rt, 1)
			}
			must(t, unix.Send(fd, []byte("ab"), 0))
			must(t, unix.Send(fd, []byte("!"), unix.MSG_OOB))
			must(t, unix.Send(fd, []byte("cd"), 0))
			if !wait {
				must(t, rt.Yield())
				reader = eddy.Spawn(rt, read)
			}
			if text, err := reader.Join(); text != "abcd" || err != nil {
				t.Errorf("%q, %v", text, err)
			}
		}
	})
}

// F31: a read on a Unix socket stops early at a passed descriptor.
func TestPassedDescriptorDoesNotHang(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		s, peer := rawPair(t, rt, "unix")
		fd := int(peer.Fd())
		null, err := os.Open(os.DevNull)
		must(t, err)
		defer null.Close()
		rights := unix.UnixRights(int(null.Fd()))
		for range 3 {
			must(t, unix.Sendmsg(fd, []byte("ab"), rights, nil, 0))
			must(t, unix.Sendmsg(fd, []byte("cd"), rights, nil, 0))
			must(t, unix.Sendmsg(fd, []byte("ef"), nil, nil, 0))
			must(t, rt.Yield())
			buf := make([]byte, 6)
			err := rt.WithTimeout(10*time.Second, func() error { _, err := io.ReadFull(s, buf); return err })
			if err != nil || string(buf) != "abcdef" {
				t.Errorf("%q, %v", buf, err)
			}
		}
	})
}
