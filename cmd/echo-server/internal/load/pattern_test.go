package load

import (
	"bytes"
	"testing"
)

// What is sent is what is expected to come back, wherever reads cut it.
func TestPatternIsTheSameFromBothEnds(t *testing.T) {
	for _, size := range []int{1, 3, 512, 1000, blockSize - 1, blockSize, blockSize + 1} {
		p := newPattern(1, size)
		messages := 3*p.perBlock + 1
		var stream []byte
		for begun := uint64(0); begun < messages; {
			m := p.messages(7, begun, min(5, messages-begun))
			if len(m) == 0 || len(m)%size != 0 {
				t.Fatalf("size %d: %d bytes from message %d on", size, len(m), begun)
			}
			stream = append(stream, m...)
			begun += uint64(len(m) / size)
		}
		for at := 0; at < len(stream); {
			expected := p.from(7, uint64(at))
			n := min(len(expected), len(stream)-at, 999)
			if !bytes.Equal(expected[:n], stream[at:at+n]) {
				t.Fatalf("size %d: other bytes from %d on", size, at)
			}
			at += n
		}
	}
}

// Bytes of another connection, block, or run are other bytes.
func TestPatternDiffersEverywhere(t *testing.T) {
	p, later := newPattern(1, 512), newPattern(2, 512)
	seen, twice := map[string]bool{}, 0
	for connection := range 200 {
		for _, offset := range []uint64{0, 512, blockSize, 5 * blockSize, 1000 * blockSize} {
			for _, p := range []*pattern{p, later} {
				start := string(p.from(connection, offset)[:16])
				if seen[start] {
					twice++
				}
				seen[start] = true
			}
		}
	}
	// Each of two runs has 500 000 pairs of stretches, and a million places.
	if twice > 5 {
		t.Errorf("%d of 2000 stretches are as another one", twice)
	}
}

// due and intended agree to the last message, whatever the rate.
func TestDueMessagesAreThoseIntended(t *testing.T) {
	for _, rate := range []float64{0.3, 1, 3, 7, 999.99, 1000, 123456.7, 1e6} {
		p := Plan{Rate: rate}
		for _, i := range []uint64{0, 1, 2, 3, 10, 299, 300, 301, 12345} {
			at := p.intended(i)
			if before, after := p.due(at), p.due(at+1); before != i || after != i+1 {
				t.Errorf("rate %v: message %d is due at %v, where %d are due, and %d then", rate, i, at, before, after)
			}
		}
		if n := p.due(-1); n != 0 {
			t.Errorf("%d are due before the beginning", n)
		}
	}
}
