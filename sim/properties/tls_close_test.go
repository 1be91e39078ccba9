package properties_test

import (
	"errors"
	"fmt"
	"net"
	"os"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/eddytls"
	"github.com/eddy-go/eddy/sim"
)

// F25, F26: a Close takes no time, though the peer has no room for a close_notify. That waits for at most a second, and
// the closed stream lingers for another one.
func TestTLSCloseWaitsForNobody(t *testing.T) {
	besideMutePeer(t, func(rt *eddy.Runtime, c *eddytls.Conn) []*eddy.JoinHandle[int] {
		_ = c.SetWriteDeadline(rt.Now().Add(time.Second))
		if n, err := c.NetConn().Write(make([]byte, 1<<20)); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("wrote %d bytes: %v", n, err)
		}
		_ = c.SetWriteDeadline(time.Time{})
		return nil
	})
}

// F25, F26: a Write that waits for room ends with the Close, and not when a close_notify has had its second.
func TestTLSCloseEndsAWriteAtOnce(t *testing.T) {
	besideMutePeer(t, func(rt *eddy.Runtime, c *eddytls.Conn) []*eddy.JoinHandle[int] {
		write := func() (int, error) { return c.Write(make([]byte, 1<<20)) }
		return []*eddy.JoinHandle[int]{eddy.Spawn(rt, write), eddy.Spawn(rt, write)}
	})
}

// besideMutePeer closes a connection on which one task reads, and others do what fill has started, while the peer takes
// nothing.
func besideMutePeer(t *testing.T, fill func(rt *eddy.Runtime, c *eddytls.Conn) []*eddy.JoinHandle[int]) {
	eddytest.Baseline(t)
	sim.Run(t, 1, func(w *sim.World) {
		clientConfig, serverConfig := tlsWorld(t, w)
		w.SetFaults(unnoticed())
		mute := w.Host("mute", func(rt *eddy.Runtime) error {
			l, err := rt.ListenTCP(fmt.Sprint(":", tlsPort))
			if err != nil {
				return err
			}
			s, err := l.AcceptTCP()
			if err != nil {
				return err
			}
			if err := eddytls.Server(rt, s, serverConfig).Handshake(); err != nil {
				return err
			}
			return rt.Sleep(time.Hour)
		})
		client := w.Host("client", func(rt *eddy.Runtime) error {
			s, err := rt.DialTCP(mute.Address(tlsPort))
			if err != nil {
				return err
			}
			before := rt.Stats()
			c := eddytls.Client(rt, s, clientConfig)
			if err := c.Handshake(); err != nil {
				return err
			}
			waits := append(fill(rt, c), eddy.Spawn(rt, func() (int, error) { return c.Read(make([]byte, 1)) }))
			if err := rt.Sleep(time.Second); err != nil {
				return err
			}
			begin := w.Elapsed()
			c.Close()
			for i, h := range waits {
				if _, err := h.Join(); !errors.Is(err, net.ErrClosed) {
					t.Errorf("wait %d ended with %v", i, err)
				}
			}
			if took := w.Elapsed() - begin; took > 100*time.Millisecond {
				t.Errorf("they have heard of it after %v", took)
			}
			if err := rt.Sleep(3 * time.Second); err != nil {
				return err
			}
			if now := rt.Stats(); now.Sources != 0 || now.Tasks != before.Tasks {
				t.Errorf("left: %d sources, tasks %v", now.Sources, rt.Tasks())
			}
			return nil
		})
		w.RunUntil(func() bool { return client.Done() || w.Elapsed() > time.Minute })
		if !client.Done() {
			t.Errorf("the client never ends. %s", w.Dump())
		}
	})
}
