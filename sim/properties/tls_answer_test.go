package properties_test

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"os"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/eddytls"
	"github.com/eddy-go/eddy/internal/tlspeer"
	"github.com/eddy-go/eddy/sim"
)

const (
	tlsBuffer   = 4 << 10
	tlsRoom     = 2*tlsBuffer - 64 // for a first Write: the handshake's last flight was 64 bytes
	tlsOverhead = 22               // of a record: its header, its type and the sum over it
)

// F26: what the peer makes a Read answer behind a Write's data is none of the Write: it ends when its own bytes are on
// their way, and counts them, though there be no room for the answer until its deadline has passed, nor after it.
func TestTLSWriteDoesNotWaitForAnswers(t *testing.T) {
	const size = 16000
	besideAskingPeer(t, func(rt *eddy.Runtime, s *eddy.TCPStream, p *tlspeer.Peer) error {
		if err := rt.Sleep(time.Second); err != nil { // the Write waits for room
			return err
		}
		if err := p.UpdateKeys(true); err != nil {
			return err
		}
		if err := rt.Sleep(time.Second); err != nil { // the answer waits behind it
			return err
		}
		if _, err := io.ReadFull(s, make([]byte, size+tlsOverhead-2*tlsBuffer)); err != nil { // there is room for the Write alone
			return err
		}
		return rt.Sleep(time.Minute)
	}, func(rt *eddy.Runtime, c *eddytls.Conn) error {
		reader := eddy.Spawn(rt, func() (int, error) { return c.Read(make([]byte, 1)) })
		_ = c.SetWriteDeadline(rt.Now().Add(5 * time.Second))
		if n, err := c.Write(make([]byte, size)); n != size || err != nil {
			t.Errorf("wrote %d of %d bytes that have left: %v", n, size, err)
		}
		if n, err := c.Write([]byte("more")); n != 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("without room for it, wrote %d bytes: %v", n, err)
		}
		_ = c.Close()
		_, _ = reader.Join()
		return nil
	})
}

// F26: an answer behind a Write's data goes out after it, though nobody writes any more and the Read waits.
func TestTLSAnswerFollowsAWrite(t *testing.T) {
	const size = 16000
	besideAskingPeer(t, func(rt *eddy.Runtime, s *eddy.TCPStream, p *tlspeer.Peer) error {
		if err := rt.Sleep(time.Second); err != nil {
			return err
		}
		if err := p.UpdateKeys(true); err != nil {
			return err
		}
		if err := rt.Sleep(time.Second); err != nil {
			return err
		}
		if _, err := io.ReadFull(p, make([]byte, size)); err != nil {
			return err
		}
		_ = s.SetReadDeadline(rt.Now().Add(5 * time.Second))
		if n, err := p.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) || p.Updates() != 1 {
			t.Errorf("%d answers, and then %d bytes, %v", p.Updates(), n, err)
		}
		return nil
	}, func(rt *eddy.Runtime, c *eddytls.Conn) error {
		reader := eddy.Spawn(rt, func() (int, error) { return c.Read(make([]byte, 1)) })
		if n, err := c.Write(make([]byte, size)); err != nil {
			t.Errorf("wrote %d bytes: %v", n, err)
		}
		if err := rt.Sleep(20 * time.Second); err != nil {
			return err
		}
		_ = c.Close()
		_, _ = reader.Join()
		return nil
	})
}

// F26: a write deadline that passes while an answer is half sent cuts nothing: the rest of it goes out before the next
// Write's data.
func TestTLSDeadlinePassesInAnAnswer(t *testing.T) {
	besideAskingPeer(t, func(rt *eddy.Runtime, _ *eddy.TCPStream, p *tlspeer.Peer) error {
		if err := askOften(rt, p); err != nil {
			return err
		}
		if err := rt.Sleep(10 * time.Second); err != nil { // the deadline passes
			return err
		}
		return wantWord(t, p)
	}, func(rt *eddy.Runtime, c *eddytls.Conn) error {
		reader := rt.Spawn(func() { _, _ = io.Copy(io.Discard, c) })
		if n, err := c.Write(make([]byte, tlsFilling)); err != nil {
			t.Errorf("wrote %d bytes: %v", n, err)
		}
		_ = c.SetWriteDeadline(rt.Now().Add(5 * time.Second))
		if err := rt.Sleep(6 * time.Second); err != nil {
			return err
		}
		for range 2 { // the deadline that has passed, and one that passes while this Write sends the answers before its data
			if n, err := c.Write([]byte("late")); n != 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("without room for the answers, wrote %d bytes: %v", n, err)
			}
			_ = c.SetWriteDeadline(rt.Now().Add(time.Second))
		}
		_ = c.SetWriteDeadline(time.Time{})
		if n, err := c.Write([]byte("last")); err != nil {
			t.Errorf("the next write: %d bytes, %v", n, err)
		}
		_ = c.Close()
		_, _ = reader.Join()
		return nil
	})
}

// F20, F26: a task that waits behind an answer, and is cancelled there, leaves the answer whole.
func TestTLSWriteCancelledBehindAnAnswer(t *testing.T) {
	besideAskingPeer(t, func(rt *eddy.Runtime, _ *eddy.TCPStream, p *tlspeer.Peer) error {
		if err := askOften(rt, p); err != nil {
			return err
		}
		if err := rt.Sleep(10 * time.Second); err != nil {
			return err
		}
		return wantWord(t, p)
	}, func(rt *eddy.Runtime, c *eddytls.Conn) error {
		reader := rt.Spawn(func() { _, _ = io.Copy(io.Discard, c) })
		if n, err := c.Write(make([]byte, tlsFilling)); err != nil {
			t.Errorf("wrote %d bytes: %v", n, err)
		}
		if err := rt.Sleep(2 * time.Second); err != nil {
			return err
		}
		h := eddy.Spawn(rt, func() (int, error) { return c.Write([]byte("nothing of it is sent")) })
		if err := rt.Sleep(time.Second); err != nil {
			return err
		}
		h.Cancel()
		if n, err := h.Join(); n != 0 || !errors.Is(err, eddy.ErrCanceled) {
			t.Errorf("wrote %d bytes: %v", n, err)
		}
		if n, err := c.Write([]byte("last")); err != nil {
			t.Errorf("the next write: %d bytes, %v", n, err)
		}
		_ = c.Close()
		_, _ = reader.Join()
		return nil
	})
}

// F20, F26: the end of the runtime, which cancels all tasks, does not cut an answer that is half sent: a shielded last word
// still goes out behind it.
func TestTLSShieldedLastWordBehindAnAnswer(t *testing.T) {
	besideAskingPeer(t, func(rt *eddy.Runtime, _ *eddy.TCPStream, p *tlspeer.Peer) error {
		if err := askOften(rt, p); err != nil {
			return err
		}
		if err := rt.Sleep(1500 * time.Millisecond); err != nil { // the client ends
			return err
		}
		return wantWord(t, p)
	}, func(rt *eddy.Runtime, c *eddytls.Conn) error {
		if n, err := c.Write(make([]byte, tlsFilling)); err != nil {
			t.Errorf("wrote %d bytes: %v", n, err)
		}
		rt.Spawn(func() { _, _ = io.Copy(io.Discard, c) })
		rt.Spawn(func() {
			defer c.Close()
			_ = rt.Sleep(time.Hour)
			if err := rt.Shield(func() error {
				if _, err := c.Write([]byte("last")); err != nil {
					return err
				}
				return c.CloseWrite()
			}); err != nil {
				t.Errorf("the last word: %v", err)
			}
		})
		return rt.Sleep(2 * time.Second)
	})
}

// tlsFilling is a Write that leaves room for an answer and a half.
const tlsFilling = tlsRoom - tlsOverhead - 40

// askOften asks for more answers than there is room for, a second after the client has taken the room. A word now and then
// keeps crypto/tls from taking it for mischief.
func askOften(rt *eddy.Runtime, p *tlspeer.Peer) error {
	if err := rt.Sleep(time.Second); err != nil {
		return err
	}
	for i := range 100 {
		if err := p.UpdateKeys(true); err != nil {
			return err
		}
		if i%8 == 0 {
			if _, err := p.Write([]byte("x")); err != nil {
				return err
			}
		}
	}
	return nil
}

// wantWord reads to the end, where it wants the last word, behind all answers.
func wantWord(t *testing.T, p *tlspeer.Peer) error {
	data, err := io.ReadAll(p)
	if err != nil || len(data) != tlsFilling+len("last") || string(data[tlsFilling:]) != "last" {
		t.Errorf("the peer got %d bytes, %v", len(data), err)
	}
	if p.Updates() != 100 {
		t.Errorf("%d answers", p.Updates())
	}
	return nil
}

// besideAskingPeer runs a client, and a server that can ask for key updates, with little room between them.
func besideAskingPeer(t *testing.T, peer func(rt *eddy.Runtime, s *eddy.TCPStream, p *tlspeer.Peer) error, ours func(rt *eddy.Runtime, c *eddytls.Conn) error) {
	eddytest.Baseline(t)
	sim.Run(t, 1, func(w *sim.World) {
		clientConfig, serverConfig := tlsWorld(t, w)
		clientConfig.MaxVersion = tls.VersionTLS13
		clientConfig.DynamicRecordSizingDisabled = true
		server := w.Host("server", func(rt *eddy.Runtime) error {
			l, err := rt.ListenTCP(fmt.Sprint(":", tlsPort))
			if err != nil {
				return err
			}
			s, err := l.AcceptTCP()
			if err != nil {
				return err
			}
			p, err := tlspeer.Server(s, serverConfig)
			if err != nil {
				return err
			}
			return peer(rt, s, p)
		})
		client := w.Host("client", func(rt *eddy.Runtime) error {
			s, err := rt.DialTCP(server.Address(tlsPort))
			if err != nil {
				return err
			}
			c := eddytls.Client(rt, s, clientConfig)
			if err := c.Handshake(); err != nil {
				return err
			}
			return ours(rt, c)
		})
		l := w.Link(server, client)
		l.SendBuffer, l.RecvBuffer = tlsBuffer, tlsBuffer
		w.RunUntil(func() bool { return client.Done() && server.Done() || w.Elapsed() > 5*time.Minute })
		if !client.Done() || !server.Done() {
			t.Errorf("somebody never ends. %s", w.Dump())
		}
		for _, h := range []*sim.Host{client, server} {
			if err := h.Err(); err != nil {
				t.Errorf("%s: %v", h.Name(), err)
			}
		}
	})
}
