package properties_test

import (
	"testing"
	"time"

	"github.com/eddy-go/eddy/sim"
)

// echoTally adds up what happened in all worlds of a test.
type echoTally struct {
	begin       time.Time // by the clock on the wall
	worlds      int
	calls       uint64
	hits        [sim.FaultKinds]uint64
	befell      [mishaps]int
	rude        [rudenesses]int
	connections int
	failures    int
	bytes       uint64
}

func (s *echoTally) add(e *echo) {
	s.worlds++
	s.calls += e.w.Calls()
	for kind, n := range e.w.Hits() {
		s.hits[kind] += n
	}
	for kind, n := range e.befell {
		s.befell[kind] += n
	}
	for kind, n := range e.rude {
		s.rude[kind] += n
	}
	s.connections += len(e.conns)
	s.failures += e.failures
	for _, k := range e.conns {
		s.bytes += k.back
	}
}

// enoughWorlds is after how many every kind of fault must have happened, and 20 faults a world.
const enoughWorlds = 2000

func (s *echoTally) check(t *testing.T) {
	total := uint64(0)
	count := func(name string, n uint64) {
		t.Logf("%-20s %d", name, n)
		total += n
		if n == 0 && s.worlds >= enoughWorlds {
			t.Errorf("%s has not happened in %d worlds", name, s.worlds)
		}
	}
	for kind, n := range s.hits {
		count(sim.Fault(kind).String(), n)
	}
	for kind, n := range s.befell {
		count(mishapNames[kind], uint64(n))
	}
	for kind, n := range s.rude {
		count(rudenessNames[kind], uint64(n))
	}
	worlds := uint64(max(s.worlds, 1))
	t.Logf("%d worlds, %d connections, %d of them or of the attempts failed, %d bytes came back", s.worlds, s.connections, s.failures, s.bytes)
	t.Logf("%d faults, %d in a world", total, total/worlds)
	took := time.Since(s.begin)
	t.Logf("%d kernel calls in %v, %.0f a second", s.calls, took.Round(time.Millisecond), float64(s.calls)/took.Seconds())
	if total < 20*worlds && s.worlds >= enoughWorlds {
		t.Errorf("%d faults in %d worlds are too few", total, s.worlds)
	}
}

// bufferPool lends buffers of the largest piece. All worlds of a test share it: a world that makes its own spends much
// of its time in the collector.
type bufferPool struct{ spare [][]byte }

func (b *bufferPool) take() []byte {
	n := len(b.spare)
	if n == 0 {
		return make([]byte, maxPiece)
	}
	buf := b.spare[n-1]
	b.spare = b.spare[:n-1]
	return buf
}

func (b *bufferPool) giveBack(buf []byte) {
	if buf != nil {
		b.spare = append(b.spare, buf)
	}
}
