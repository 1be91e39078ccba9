//go:build linux

package eddy_test

import (
	"io"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/eddy-go/eddy"
)

// F18: readiness that brings no byte is no sign of life. A peer that sends urgent bytes now and then is idle.
func TestFalseReadinessIsIdle(t *testing.T) {
	reads := map[string]func(rt *eddy.Runtime, s *eddy.TCPStream) error{
		"Read":    func(_ *eddy.Runtime, s *eddy.TCPStream) error { _, err := s.Read(make([]byte, 1)); return err },
		"WriteTo": func(_ *eddy.Runtime, s *eddy.TCPStream) error { _, err := s.WriteTo(io.Discard); return err },
		"a copy":  func(_ *eddy.Runtime, s *eddy.TCPStream) error { _, err := s.WriteTo(s); return err },
		"PollRead": func(rt *eddy.Runtime, s *eddy.TCPStream) error {
			_, err := eddy.Await(rt, pollRead(s, make([]byte, 1)))
			return err
		},
	}
	for name, read := range reads {
		t.Run(name, func(t *testing.T) {
			forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
				const idle = 60 * time.Millisecond
				s, peer := rawPair(t, rt, "tcp")
				must(t, s.SetIdleTimeout(idle))
				begin := rt.Now()
				h := eddy.Spawn(rt, func() (int, error) { return 0, read(rt, s) })
				for !h.Done() && rt.Now().Sub(begin) < 20*idle {
					must(t, unix.Send(int(peer.Fd()), []byte("!"), unix.MSG_OOB))
					must(t, rt.Sleep(idle/3))
				}
				if !h.Done() {
					h.Cancel()
				}
				_, err := h.Join()
				wantTimeout(t, "read", err)
			})
		})
	}
}
