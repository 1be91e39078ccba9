package load_test

import (
	"fmt"
	"io"
	"math"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/cmd/echo-server/internal/load"
)

// A closed loop sends exactly as many messages as it was asked to, of every size, at every depth.
func TestClosedLoopSendsWhatWasAsked(t *testing.T) {
	for _, size := range []int{1, 2, 100, 511, 4096, 65536, 65537, 1 << 20} {
		for _, depth := range []int{1, 3, 16} {
			t.Run(fmt.Sprint(size, "x", depth), func(t *testing.T) {
				r := against(t, echo, func(p *load.Plan) {
					p.Connections, p.Messages, p.Size, p.Depth, p.Verify = 3, 50, size, depth, true
				})
				wellDone(t, r, 50)
				if r.Messages != 50 || uint64(r.Latencies.TotalCount()) != 50 || r.Corrected() {
					t.Errorf("%d messages, corrected: %v", r.Messages, r.Corrected())
				}
			})
		}
	}
}

// One message under way, 1 ms each way: 500 a second, and every latency is 2 ms.
func TestClosedLoopRateFollowsTheServer(t *testing.T) {
	r := against(t, echo, func(p *load.Plan) { p.Messages, p.Duration = 0, 2*time.Second })
	wellDone(t, r, r.Messages)
	if r.Elapsed.Round(oneWay) != 2*time.Second || math.Round(r.Rate()) != 500 || math.Round(r.BytesRate()/1000) != 50 {
		t.Errorf("%v/s in %v, %v bytes/s", r.Rate(), r.Elapsed, r.BytesRate())
	}
	h := r.Latencies
	if low, high := time.Duration(h.Min()), time.Duration(h.Max()); low.Round(10*time.Microsecond) != 2*oneWay || high.Round(10*time.Microsecond) != 2*oneWay {
		t.Errorf("latencies from %v to %v, want 2 ms", low, high)
	}
}

// A connection has as many messages under way as the depth says, never more, and gets as much more done.
func TestDepthIsKept(t *testing.T) {
	const depth, size = 4, 100
	most := uint64(0)
	r := against(t, func(_ *eddy.Runtime, _ int, s *eddy.TCPStream) {
		buf := make([]byte, 8<<10)
		for {
			n, err := s.Read(buf)
			if err != nil {
				return
			}
			most = max(most, uint64(n))
			s.Write(buf[:n])
		}
	}, func(p *load.Plan) { p.Messages, p.Duration, p.Depth = 0, time.Second, depth })
	wellDone(t, r, r.Messages)
	if r.Messages < depth*499 || r.Messages > depth*500 {
		t.Errorf("%d messages in a second, want %d", r.Messages, depth*500)
	}
	if most != depth*size {
		t.Errorf("up to %d bytes were under way, want %d", most, depth*size)
	}
}

// Messages of the warm-up are sent and come back, and count for nothing else.
func TestWarmUpIsNotMeasured(t *testing.T) {
	for name, change := range map[string]func(p *load.Plan){
		"duration":           func(p *load.Plan) { p.Messages, p.Duration = 0, 2*time.Second },
		"messages":           func(p *load.Plan) { p.Messages = 1000 },
		"rate":               func(p *load.Plan) { p.Messages, p.Duration, p.Rate, p.Depth = 0, 2*time.Second, 500, 1000 },
		"messages at a rate": func(p *load.Plan) { p.Messages, p.Rate, p.Depth = 1000, 500, 1000 },
	} {
		t.Run(name, func(t *testing.T) {
			served := 0
			// The server is slow until shortly before the warm-up is over.
			slow := func(rt *eddy.Runtime, _ int, s *eddy.TCPStream) {
				begin := rt.Now()
				buf := make([]byte, 100)
				for {
					if _, err := io.ReadFull(s, buf); err != nil {
						return
					}
					if rt.Now().Sub(begin) < 900*time.Millisecond {
						rt.Sleep(48 * time.Millisecond)
					}
					served++
					s.Write(buf)
				}
			}
			r := against(t, slow, func(p *load.Plan) { p.Warmup = time.Second; change(p) })
			wellDone(t, r, uint64(served))
			if r.Messages < 999 || r.Messages > 1000 || served < 1010 || r.Elapsed.Round(10*time.Millisecond) != 2*time.Second {
				t.Errorf("%d of %d messages were measured in %v", r.Messages, served, r.Elapsed)
			}
			if max := time.Duration(r.Latencies.Max()); max > 3*time.Millisecond {
				t.Errorf("a latency of %v was measured", max)
			}
		})
	}
}
