package tape

import (
	"bytes"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"
)

// What seed 42 drew when the tape was made.
const (
	wantOf42    = "335 877 true 4m34.129580999s"
	wantSumOf42 = 0x705205aafbf3cb08
)

func TestSeedsMeanTheSameForEver(t *testing.T) {
	from := Seeded(42)
	got := fmt.Sprint(from.Below("a", 1000), from.Below("b", 1000), from.Chance("c", 0.5), from.Between("d", 0, time.Hour))
	if want := wantOf42; got != want {
		t.Errorf("seed 42 draws %s, and has always drawn %s", got, want)
	}
	if got := from.Sum(); got != wantSumOf42 {
		t.Errorf("its sum is %#x, and was always %#x", got, uint64(wantSumOf42))
	}
}

func TestDrawsStayWithinTheirLimits(t *testing.T) {
	for name, from := range map[string]*Tape{"seeded": Seeded(1), "recorded": Recorded(noise(100_000))} {
		var seen [7]int
		for range 7000 {
			seen[from.Below("x", 7)]++
		}
		for i, n := range seen {
			if n < 800 || n > 1200 {
				t.Errorf("%s: %d came %d times of 7000", name, i, n)
			}
		}
		least, most := time.Duration(math.MaxInt64), time.Duration(0)
		for range 3000 {
			d := from.Between("d", 3*time.Second, 5*time.Second)
			least, most = min(least, d), max(most, d)
		}
		if least < 3*time.Second || most > 5*time.Second || most-least < 1990*time.Millisecond {
			t.Errorf("%s: from %v to %v", name, least, most)
		}
		yes := 0
		for range 10_000 {
			if from.Chance("c", 0.25) {
				yes++
			}
		}
		if yes < 2300 || yes > 2700 {
			t.Errorf("%s: %d of 10000 with chance 1/4", name, yes)
		}
		for range 1000 {
			if n := from.Below("many", 1_000_000); n < 0 || n >= 1_000_000 {
				t.Errorf("%s: %d of a million", name, n)
			}
			from.Between("all", math.MinInt64/2, math.MaxInt64/2)
			if sure := from.Chance("certain", 1); !sure && name == "seeded" {
				t.Error("a chance of 1 did not come true")
			}
		}
	}
}

func TestWhereThereIsNoChoiceNothingIsDrawn(t *testing.T) {
	for _, from := range []*Tape{Seeded(1), Recorded([]byte{255, 255})} {
		from.Below("one", 1)
		from.Below("none", 0)
		from.Chance("never", 0)
		from.Chance("less than never", -1)
		from.Between("here", time.Second, time.Second)
		if d := from.Between("backwards", time.Second, 0); d != time.Second {
			t.Errorf("%v", d)
		}
		if from.Entries() != 0 || from.Sum() != 0 {
			t.Errorf("%d entries", from.Entries())
		}
	}
}

func TestATapeThatIsUsedUpIsThePlainRun(t *testing.T) {
	for _, b := range [][]byte{nil, {}, {7}} {
		from := Recorded(b)
		from.Below("the only byte", 200)
		for range 100 {
			if from.Below("x", 1000) != 0 || from.Chance("c", 1) || from.Between("d", time.Second, time.Hour) != time.Second {
				t.Fatal("a decision came from nowhere")
			}
		}
	}
}

func TestBytesDecide(t *testing.T) {
	from := Recorded([]byte{5, 1, 2, 0, 255, 255, 128, 127, 0, 255, 128})
	for i, want := range []int{5, 1<<8 + 2} {
		if got := from.Below("x", []int{256, 1000}[i]); got != want {
			t.Errorf("choice %d: %d, want %d", i, got, want)
		}
	}
	for i, c := range []struct {
		p    float64
		want bool
	}{{1, false}, {1e-9, true}, {1, true}, {0.5, true}, {0.5, false}} {
		if got := from.Chance("c", c.p); got != c.want {
			t.Errorf("chance %d of %v: %v", i, c.p, got)
		}
	}
	for i, want := range []time.Duration{0, 255, 128} {
		if got := from.Between("d", 0, 255); got != want {
			t.Errorf("duration %d: %v, want %v", i, got, want)
		}
	}
}

func TestTheSumTellsHistoriesApart(t *testing.T) {
	base := Entry{At: 1, Host: "alice", What: "read", FD: 3, Arg: 4, Result: 5, Errno: 6}
	entries := []Entry{base, {}}
	for i := range 7 {
		e := base
		switch i {
		case 0:
			e.At++
		case 1:
			e.Host = "alic"
		case 2:
			e.What = "eread"
		case 3:
			e.FD++
		case 4:
			e.Arg++
		case 5:
			e.Result++
		case 6:
			e.Errno++
		}
		entries = append(entries, e)
	}
	moved := base
	moved.Host, moved.What = "alicer", "ead"
	entries = append(entries, moved)
	seen := make(map[uint64]Entry)
	for _, e := range entries {
		from := Seeded(1)
		from.Record(e)
		if other, known := seen[from.Sum()]; known {
			t.Errorf("%+v has the sum of %+v", e, other)
		}
		seen[from.Sum()] = e
	}

	a, b := Seeded(1), Seeded(1)
	a.Record(entries[2])
	a.Record(entries[3])
	b.Record(entries[3])
	b.Record(entries[2])
	if a.Sum() == b.Sum() {
		t.Error("the order does not count")
	}
	a, b = Seeded(1), Seeded(1)
	a.Below("x", 10)
	b.Below("y", 10)
	if a.Sum() == b.Sum() {
		t.Error("the decision's name does not count")
	}
}

func TestATraceIsALineAnEntry(t *testing.T) {
	plain, traced := Seeded(3), Seeded(3)
	var text strings.Builder
	traced.Trace(&text)
	for _, from := range []*Tape{plain, traced} {
		from.Below("task", 10)
		from.Record(Entry{At: 1500 * time.Microsecond, Host: "alice", What: "read", FD: 4, Arg: 0x1f, Result: 512})
		from.Record(Entry{At: time.Second, What: "partition", Errno: 11})
	}
	want := fmt.Sprintf("  draw task = %d\n", Seeded(3).Below("task", 10)) +
		"1.5ms alice read fd=4 arg=0x1f result=512\n" +
		"1s - partition fd=0 arg=0x0 result=0 \"resource temporarily unavailable\"\n"
	if text.String() != want {
		t.Errorf("%s\nwant\n%s", text.String(), want)
	}
	if plain.Sum() != traced.Sum() || plain.Entries() != 3 {
		t.Error("the trace changes the sum")
	}
	traced.Trace(nil)
	traced.Record(Entry{})
	if text.String() != want {
		t.Error("the trace goes on")
	}
}

func TestDrawingAndRecordingAllocateNothing(t *testing.T) {
	for _, from := range []*Tape{Seeded(1), Recorded(bytes.Repeat([]byte{1, 200}, 100_000))} {
		if n := testing.AllocsPerRun(1000, func() {
			from.Below("task", 10)
			from.Chance("short read", 0.1)
			from.Between("latency", time.Microsecond, time.Second)
			from.Record(Entry{At: time.Second, Host: "alice", What: "read", FD: 3})
		}); n != 0 {
			t.Errorf("%v allocations", n)
		}
	}
}

func noise(n int) []byte {
	from, b := Seeded(9), make([]byte, n)
	for i := range b {
		b[i] = byte(from.Below("byte", 256))
	}
	return b
}

func BenchmarkRecord(b *testing.B) {
	from := Seeded(1)
	for b.Loop() {
		from.Record(Entry{At: time.Second, Host: "alice", What: "read", FD: 3, Arg: 4, Result: 5})
	}
}

func BenchmarkBetween(b *testing.B) {
	from := Seeded(1)
	for b.Loop() {
		from.Between("latency", time.Microsecond, time.Second)
	}
}
