package micro

import (
	"testing"

	"github.com/eddy-go/eddy/eddytest"
)

// A body does n operations, sets up what they need and cleans up after them. It returns how many operations it has seen
// done: n, or a few more where they come in pairs.
type body func(watch stopwatch, n int) (done int, err error)

// A stopwatch is the part of testing.B that a body may use; it runs when the body begins.
type stopwatch interface {
	ResetTimer()
	StopTimer()
	ReportMetric(n float64, unit string)
}

// A contest is one operation, done in several ways.
type contest []entrant

type entrant struct {
	who string
	do  body
}

// contests has every contest, so that no benchmark is without a test.
var contests = map[string]contest{
	"Spawn":       spawns,
	"Yield":       yields,
	"ParkResume":  parks,
	"PingPong":    pingPongs,
	"JoinMillion": joins,
	"Timer10":     timers(10),
	"Timer10k":    timers(10_000),
	"Timer1M":     timers(1_000_000),
	"RemoteWake":  remoteWakes,
}

func BenchmarkSpawn(b *testing.B)       { run(b, "Spawn") }
func BenchmarkYield(b *testing.B)       { run(b, "Yield") }
func BenchmarkParkResume(b *testing.B)  { run(b, "ParkResume") }
func BenchmarkPingPong(b *testing.B)    { run(b, "PingPong") }
func BenchmarkJoinMillion(b *testing.B) { run(b, "JoinMillion") }
func BenchmarkTimer10(b *testing.B)     { run(b, "Timer10") }
func BenchmarkTimer10k(b *testing.B)    { run(b, "Timer10k") }
func BenchmarkTimer1M(b *testing.B)     { run(b, "Timer1M") }
func BenchmarkRemoteWake(b *testing.B)  { run(b, "RemoteWake") }

func run(b *testing.B, name string) {
	for _, e := range contests[name] {
		b.Run(e.who, func(b *testing.B) {
			b.ReportAllocs()
			if done, err := e.do(b, b.N); err != nil || done < b.N {
				b.Fatalf("%d of %d operations done, error %v", done, b.N, err)
			}
		})
	}
}

// Every body does what it is asked for, and leaves nothing behind. Timer1M's are those of Timer10k, and take long under the
// race detector.
func TestBodiesDoTheirOperations(t *testing.T) {
	const n = 100 // even, so that pairs come out even
	for name, contest := range contests {
		if name == "Timer1M" {
			continue
		}
		for _, e := range contest {
			t.Run(name+"/"+e.who, func(t *testing.T) {
				eddytest.Baseline(t)
				if done, err := e.do(unwatched{}, n); err != nil || done != n {
					t.Errorf("%d of %d operations done, error %v", done, n, err)
				}
			})
		}
	}
}

type unwatched struct{}

func (unwatched) ResetTimer()                  {}
func (unwatched) StopTimer()                   {}
func (unwatched) ReportMetric(float64, string) {}
