//go:build unix

package eddy_test

import (
	"errors"
	"io"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/internal/kernel"
)

func wantEOF(t *testing.T, r io.Reader) {
	t.Helper()
	if n, err := r.Read(make([]byte, 1)); n != 0 || err != io.EOF {
		t.Errorf("%d, %v; want io.EOF", n, err)
	}
}

// F13: closing with unread input sends no reset: the reply arrives, and the end after it.
func TestReplySurvivesClose(t *testing.T) {
	forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
		writeText(t, a, "a question that nobody reads")
		must(t, rt.Yield())
		writeText(t, b, "answer")
		must(t, b.Close())
		if rt.Stats().Closing != 1 {
			t.Error("the socket does not linger")
		}
		writeText(t, a, "more of it")
		must(t, rt.Yield())
		readText(t, a, "answer")
		wantEOF(t, a)
		must(t, a.Close())
		until(t, rt, "the peer's end ends the lingering", func() bool { return rt.Stats().Closing == 0 })
	})
}

// Nothing lingers that has nothing to lose.
func TestNothingToLinger(t *testing.T) {
	forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
		writeText(t, a, "x")
		readText(t, b, "x")
		must(t, b.Close()) // has sent nothing
		if rt.Stats().Closing != 0 {
			t.Error("b lingers")
		}
		wantEOF(t, a)
		must(t, a.Close()) // has seen the peer's end
		if rt.Stats().Closing != 0 {
			t.Error("a lingers")
		}
	})
}

// SetLinger(0) discards and resets.
func TestLingerZeroResets(t *testing.T) {
	forEachTCP(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
		must(t, b.SetLinger(5))
		must(t, b.SetLinger(0))
		writeText(t, b, "discarded or not")
		must(t, b.Close())
		if rt.Stats().Closing != 0 {
			t.Error("it lingers")
		}
		_, err := io.ReadAll(a)
		if !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("got %v", err)
		}
	})
}

// F33: the kernel's own lingering would block the thread; a longer one is the list's.
func TestLingerNeverBlocks(t *testing.T) {
	forEachTCP(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
		begin := rt.Now()
		must(t, a.SetLinger(2))
		raw := got(a.SyscallConn())(t)
		must(t, raw.Control(func(fd uintptr) {
			linger, err := unix.GetsockoptLinger(int(fd), unix.SOL_SOCKET, unix.SO_LINGER)
			if err != nil || linger.Onoff != 0 {
				t.Errorf("the kernel lingers: %+v, %v", linger, err)
			}
		}))
		fill(t, rt, a) // the peer does not read
		must(t, a.Close())
		c, d := tcpPair(t, rt)
		writeText(t, c, "x")
		must(t, c.Close()) // by default one second
		if n := rt.Stats().Closing; n != 2 {
			t.Fatalf("%d linger", n)
		}
		for rt.Stats().Closing == 2 {
			must(t, rt.Sleep(5*time.Millisecond))
		}
		if passed := rt.Now().Sub(begin); passed < time.Second || rt.Stats().Closing != 1 {
			t.Errorf("after %v %d linger", passed, rt.Stats().Closing)
		}
		d.Close()
	})
}

// A peer that goes on talking is heard for so many bytes and no longer.
func TestLingeringIsBoundedInBytes(t *testing.T) {
	forEachTCP(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
		writeText(t, b, "last words")
		must(t, b.SetLinger(3600))
		must(t, b.Close())
		sent := 0
		for rt.Stats().Closing > 0 {
			n, err := a.Write(make([]byte, 16<<10))
			sent += n
			if err != nil || sent > 64<<20 {
				break
			}
			must(t, rt.Yield())
		}
		if sent < 256<<10 || sent > 16<<20 {
			t.Errorf("it ended after %d bytes", sent)
		}
	})
}

// A closed socket makes room for a newer one when the list is full.
func TestLingeringIsBoundedInNumber(t *testing.T) {
	const limit = 1024
	var files unix.Rlimit
	must(t, unix.Getrlimit(unix.RLIMIT_NOFILE, &files))
	if files.Cur < 3*limit {
		t.Skip("too few descriptors:", files.Cur)
	}
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		l := got(rt.ListenTCP("127.0.0.1:0"))(t)
		var peers []*eddy.TCPStream
		for range limit + 10 {
			peers = append(peers, got(rt.DialTCP(l.Addr().String()))(t))
			s := got(l.AcceptTCP())(t)
			must(t, s.SetLinger(3600))
			writeText(t, s, "x")
			must(t, s.Close())
		}
		if n := rt.Stats().Closing; n != limit {
			t.Errorf("%d linger", n)
		}
		for i, gone := range map[int]bool{0: true, 9: true, 10: false, limit + 9: false} {
			readText(t, peers[i], "x") // nothing was lost
			wantEOF(t, peers[i])
			writeText(t, peers[i], "is anybody there?") // where nobody is, a reset comes back
			must(t, rt.Yield())
			if _, err := peers[i].Write([]byte("x")); (err != nil) != gone {
				t.Errorf("socket %d: %v", i, err)
			}
		}
	})
}

// The end of the runtime waits for last words within the grace period.
func TestShutdownWaitsForLastWords(t *testing.T) {
	for _, grace := range []time.Duration{time.Hour, eddy.NoGrace} {
		t.Run(grace.String(), func(t *testing.T) {
			onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
				var peerEnded atomic.Bool
				ended := make(chan struct{})
				rt := newRuntime(t, eddy.Config{Grace: grace}, k)
				blockOn(t, rt, func(t *testing.T, rt *eddy.Runtime) {
					s, peer := rawPair(t, rt, "tcp")
					must(t, s.SetLinger(3600))
					writeText(t, peer, "unread")
					must(t, rt.Yield())
					writeText(t, s, "last words")
					go func() {
						defer close(ended)
						if grace == eddy.NoGrace {
							return
						}
						if data, err := io.ReadAll(peer); string(data) != "last words" || err != nil {
							t.Errorf("the peer got %q, %v", data, err)
						}
						peerEnded.Store(true)
						peer.Close()
					}()
				}) // s is forgotten, and closed by the end
				if grace != eddy.NoGrace && !peerEnded.Load() {
					t.Error("BlockOn did not wait")
				}
				<-ended
			})
		})
	}
}
