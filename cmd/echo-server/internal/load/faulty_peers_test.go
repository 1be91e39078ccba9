package load_test

import (
	"bytes"
	"errors"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/cmd/echo-server/internal/load"
	"github.com/eddy-go/eddy/sim"
)

// A server may coalesce and split as it likes: that is no failure.
func TestBytesMayComeInAnyPieces(t *testing.T) {
	pieces := map[string]peer{
		"byte by byte": func(_ *eddy.Runtime, _ int, s *eddy.TCPStream) {
			buf := make([]byte, 7)
			for {
				n, err := s.Read(buf)
				if err != nil {
					return
				}
				for i := range n {
					s.Write(buf[i : i+1])
				}
			}
		},
		"what has come in a second": func(rt *eddy.Runtime, _ int, s *eddy.TCPStream) {
			buf := make([]byte, 1<<20)
			for {
				rt.Sleep(time.Second)
				n, err := s.Read(buf)
				if err != nil {
					return
				}
				s.Write(buf[:n])
			}
		},
	}
	for name, serve := range pieces {
		t.Run(name, func(t *testing.T) {
			r := against(t, serve, func(p *load.Plan) { p.Connections, p.Messages, p.Size, p.Depth, p.Verify = 2, 40, 1000, 5, true })
			wellDone(t, r, 40)
		})
	}
}

// One changed byte is what --verify is for. Without it nobody notices.
func TestACorruptedByteIsCaughtWithVerify(t *testing.T) {
	const place = 567
	corrupting := altering(func(number int, offset uint64, p []byte) []byte {
		if at := place - int(offset); number == 1 && at >= 0 && at < len(p) {
			p[at] ^= 1
		}
		return p
	})
	for _, verify := range []bool{false, true} {
		r := against(t, corrupting, func(p *load.Plan) { p.Connections, p.Messages, p.Verify = 3, 60, verify })
		if !verify {
			wellDone(t, r, 60)
			continue
		}
		f := onlyFailure(t, r, load.Wrong)
		if !r.Failed() || f.Connection != 1 || f.Offset != place || len(f.Expected) != len(f.Got) || f.Expected[0] != f.Got[0]^1 || !bytes.Equal(f.Expected[1:], f.Got[1:]) {
			t.Errorf("%+v", f)
		}
		if text := f.String(); !strings.HasPrefix(text, "connection 1 (") || !strings.Contains(text, "byte 567 on: expected ") || !strings.Contains(text, "got ") {
			t.Errorf("it reads %q", text)
		}
	}
}

// The bytes of another connection, and those of another place in the same stream, are wrong bytes.
func TestSwappedAndStaleBytesAreCaught(t *testing.T) {
	var kept []byte
	swapping := altering(func(number int, offset uint64, p []byte) []byte {
		if number == 0 && offset == 0 {
			kept = bytes.Clone(p)
		}
		if number == 1 && offset == 0 {
			return kept
		}
		return p
	})
	first := true
	stale := altering(func(_ int, offset uint64, p []byte) []byte {
		if first {
			first, kept = false, bytes.Clone(p)
		}
		if offset == 300 {
			return kept
		}
		return p
	})
	for name, serve := range map[string]peer{"swapped": swapping, "stale": stale} {
		t.Run(name, func(t *testing.T) {
			var r *load.Result
			sim.Run(t, 1, func(w *sim.World) {
				connections := 1
				if name == "swapped" {
					connections = 2
				}
				r = newRig(w, plan(func(p *load.Plan) { p.Connections, p.Verify = connections, true }), serve).result(t)
			})
			if f := onlyFailure(t, r, load.Wrong); f.Offset%100 > 2 {
				t.Errorf("it was seen at byte %d", f.Offset)
			}
		})
	}
}

// A later run sends other bytes: a server's buffer that still has those of an earlier one is noticed.
func TestEveryRunSendsOtherBytes(t *testing.T) {
	var seen [][]byte
	keeping := altering(func(_ int, offset uint64, p []byte) []byte {
		if offset == 0 {
			seen = append(seen, bytes.Clone(p))
		}
		return p
	})
	sim.Run(t, 1, func(w *sim.World) {
		for _, name := range []string{"earlier", "later"} {
			var run *load.Run
			host := w.Host(name, func(rt *eddy.Runtime) error {
				l, err := rt.ListenTCP("127.0.0.1:0")
				if err != nil {
					return err
				}
				rt.Spawn(func() {
					if s, err := l.AcceptTCP(); err == nil {
						keeping(rt, 0, s)
						s.Close()
					}
				})
				run = load.New(rt, plan(func(p *load.Plan) { p.Network, p.Address = "tcp", l.Addr().String() }))
				return run.Do()
			})
			if !w.RunUntil(host.Done) || host.Err() != nil {
				t.Fatal(host.Err())
			}
			wellDone(t, run.Result(), 10)
		}
	})
	if len(seen) != 2 || bytes.Equal(seen[0], seen[1]) {
		t.Errorf("%d streams began with %x", len(seen), seen)
	}
}

// A lost byte: with --verify the next one is wrong, without it the server owes one for ever.
func TestALostByteIsCaught(t *testing.T) {
	losing := altering(func(_ int, offset uint64, p []byte) []byte {
		if offset == 400 {
			return p[1:]
		}
		return p
	})
	r := against(t, losing, nil)
	if f := onlyFailure(t, r, load.Silent); !r.Failed() || f.Lost != 1 || r.Lost != 1 || f.Offset != 499 {
		t.Errorf("%+v, %d lost", f, r.Lost)
	}
	if r.Messages != 4 {
		t.Errorf("%d messages were whole", r.Messages)
	}
	r = against(t, losing, func(p *load.Plan) { p.Verify = true })
	if f := onlyFailure(t, r, load.Wrong); f.Offset < 400 || f.Offset > 402 {
		t.Errorf("%+v", f)
	}
}

// More came back than was sent.
func TestRepeatedBytesAreCaught(t *testing.T) {
	for _, at := range []uint64{400, 900} { // while more follows, and at the end
		repeating := altering(func(_ int, offset uint64, p []byte) []byte {
			if offset == at {
				return append(bytes.Clone(p), p[:10]...)
			}
			return p
		})
		for _, verify := range []bool{false, true} {
			r := against(t, repeating, func(p *load.Plan) { p.Verify = verify })
			f := onlyFailure(t, r, load.Extra)
			if !r.Failed() || f.Offset != at+100 || len(f.Got) == 0 || !strings.Contains(f.String(), "more came back") {
				t.Errorf("%+v", f)
			}
		}
	}
}

// The server closes too early: with bytes that it owes, which are lost, or without.
func TestAnEarlyEndIsCaught(t *testing.T) {
	for _, c := range []struct{ echoed, lost int }{{250, 50}, {300, 0}} {
		r := against(t, func(_ *eddy.Runtime, _ int, s *eddy.TCPStream) {
			buf := make([]byte, 1000)
			for left := c.echoed; left > 0; {
				n, err := s.Read(buf[:min(100, left)])
				if err != nil {
					return
				}
				s.Write(buf[:n])
				left -= n
			}
			s.CloseWrite()
			s.WriteTo(nowhere{})
		}, nil)
		f := onlyFailure(t, r, load.Closed)
		if !r.Failed() || int(f.Offset) != c.echoed || int(f.Lost) != c.lost || int(r.Lost) != c.lost || !strings.Contains(f.String(), "closed") {
			t.Errorf("%+v, want %+v", f, c)
		}
	}
}

type nowhere struct{}

func (nowhere) Write(p []byte) (int, error) { return len(p), nil }

// A reset is the system's error.
func TestAResetIsCaught(t *testing.T) {
	r := against(t, func(_ *eddy.Runtime, _ int, s *eddy.TCPStream) {
		s.Read(make([]byte, 10))
		s.SetLinger(0)
	}, nil)
	f := onlyFailure(t, r, load.Broken)
	if !r.Failed() || !errors.Is(f.Err, syscall.ECONNRESET) || f.Lost != 100 || !strings.Contains(f.String(), "reset") {
		t.Errorf("%v", f)
	}
}

// A server that says nothing is given up when the time is over, whether it reads or not, and not much later.
func TestSilenceIsCaught(t *testing.T) {
	for name, serve := range map[string]peer{
		"reads":         readAndDiscard,
		"does not read": func(rt *eddy.Runtime, _ int, _ *eddy.TCPStream) { rt.Sleep(time.Hour) },
	} {
		t.Run(name, func(t *testing.T) {
			sim.Run(t, 1, func(w *sim.World) {
				// More than the buffers hold: where nobody reads, the sender is stuck.
				r := newRig(w, plan(func(p *load.Plan) { p.Size, p.Depth, p.Timeout = 1<<20, 10, 3*time.Second }), serve)
				result := r.result(t)
				f := onlyFailure(t, result, load.Silent)
				if !result.Failed() || f.Lost == 0 || f.Lost != result.Totals.BytesSent || !strings.Contains(f.String(), "silent") {
					t.Errorf("%+v", f)
				}
				if took := w.Elapsed() - time.Second; took < 3*time.Second || took > 3300*time.Millisecond {
					t.Errorf("it took %v", took)
				}
			})
		})
	}
}

// A server that answers slowly, but does, is not silent.
func TestSlowIsNotSilent(t *testing.T) {
	r := against(t, func(rt *eddy.Runtime, number int, s *eddy.TCPStream) {
		buf := make([]byte, 100)
		for {
			n, err := s.Read(buf)
			if err != nil {
				return
			}
			for i := range n {
				rt.Sleep(200 * time.Millisecond)
				s.Write(buf[i : i+1])
			}
		}
	}, func(p *load.Plan) { p.Timeout = time.Second })
	wellDone(t, r, 10)
}

// A connection on which nothing was due for a long time has its full time again when something is.
func TestIdleIsNotSilent(t *testing.T) {
	sim.Run(t, 1, func(w *sim.World) {
		r := newRig(w, plan(func(p *load.Plan) { p.Messages, p.Rate, p.Timeout = 5, 0.1, time.Second }), echo)
		w.Link(r.server, r.client).Latency = [2]time.Duration{200 * time.Millisecond, 200 * time.Millisecond}
		wellDone(t, r.result(t), 5)
	})
}

// A server that never ends its streams has lost nothing. It is waited for as long as a silent one.
func TestAMissingEndIsToldAndIsNoLoss(t *testing.T) {
	r := against(t, func(rt *eddy.Runtime, number int, s *eddy.TCPStream) {
		echo(rt, number, s)
		rt.Sleep(time.Hour)
	}, nil)
	f := onlyFailure(t, r, load.Unended)
	if r.Failed() || r.Messages != 10 || r.Lost != 0 || f.Offset != 1000 || !strings.Contains(f.String(), "did not close") {
		t.Errorf("%+v, failed: %v", f, r.Failed())
	}
}
