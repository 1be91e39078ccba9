package simnet

import "math/bits"

// A ring holds the bytes of a stream from the first that was not read to the last that was written, by position. It
// grows as it must, and goes back to the net when its connection is gone.
type ring struct{ b []byte }

// put writes p at a position. from is the first position that is still of use.
func (r *ring) put(pool *rings, from, at uint64, p []byte) {
	if need := int(at-from) + len(p); need > len(r.b) {
		r.grow(pool, from, at, need)
	}
	n := copy(r.b[at&r.mask():], p)
	copy(r.b, p[n:])
}

// get copies the bytes at a position to p.
func (r *ring) get(at uint64, p []byte) {
	n := copy(p, r.b[at&r.mask():])
	copy(p[n:], r.b)
}

func (r *ring) mask() uint64 { return uint64(len(r.b) - 1) }

func (r *ring) grow(pool *rings, from, to uint64, need int) {
	larger := ring{b: pool.take(need)}
	for at := from; at < to; {
		piece := r.b[at&r.mask():]
		piece = piece[:min(uint64(len(piece)), to-at)]
		larger.put(pool, from, at, piece)
		at += uint64(len(piece))
	}
	pool.give(r.b)
	*r = larger
}

// rings keeps the memory of streams that are gone, by size.
type rings struct{ free [maxRing + 1][][]byte }

// The smallest and the largest rings that are kept, as powers of two; larger ones are left to the collector. Picked.
const (
	minRing = 9  // 512 bytes
	maxRing = 20 // 1 MiB
)

func (p *rings) take(need int) []byte {
	size := max(minRing, bits.Len(uint(need-1)))
	if size <= maxRing {
		if free := p.free[size]; len(free) > 0 {
			b := free[len(free)-1]
			p.free[size] = free[:len(free)-1]
			return b
		}
	}
	return make([]byte, 1<<size)
}

func (p *rings) give(b []byte) {
	if size := bits.Len(uint(len(b))) - 1; size >= minRing && size <= maxRing {
		p.free[size] = append(p.free[size], b)
	}
}
