package load

import (
	"encoding/binary"
	"math/rand/v2"
)

// A pattern is the bytes of all streams of a run. A stream is blocks of whole messages, and each block is a stretch of
// one table of random bytes, from a place that is a mixture of the run's seed, the connection and the block's number.
// So bytes of another connection, of another place in the stream or of an earlier run are other bytes, but for one
// stretch in a million; a message is always contiguous and never copied; and to compare costs what a comparison of
// memory costs.
type pattern struct {
	table    []byte
	seed     uint64
	size     uint64 // of a message
	perBlock uint64 // messages in a block
}

// The sizes of the table. Picked: places enough that two stretches hardly ever meet, and blocks as large as a read.
const (
	places    = 1 << 20
	blockSize = 64 << 10
)

func newPattern(seed uint64, size int) *pattern {
	p := &pattern{seed: seed, size: uint64(size), perBlock: uint64(max(1, blockSize/size))}
	p.table = make([]byte, places+p.blockBytes())
	var key [32]byte
	binary.LittleEndian.PutUint64(key[:], seed)
	rand.NewChaCha8(key).Read(p.table) // never fails
	return p
}

func (p *pattern) blockBytes() uint64 { return p.perBlock * p.size }

// block returns the bytes of a block of a connection's stream.
func (p *pattern) block(connection int, block uint64) []byte {
	place := mix(p.seed^mix(uint64(connection)<<40^block)) % places
	return p.table[place : place+p.blockBytes()]
}

// messages returns the bytes of n messages from the one with number first on, as far as they stand in one block.
func (p *pattern) messages(connection int, first, n uint64) []byte {
	block, at := first/p.perBlock, first%p.perBlock
	n = min(n, p.perBlock-at)
	return p.block(connection, block)[at*p.size : (at+n)*p.size]
}

// from returns the bytes of a stream from an offset to the end of its block.
func (p *pattern) from(connection int, offset uint64) []byte {
	return p.block(connection, offset/p.blockBytes())[offset%p.blockBytes():]
}

// mix is a bijection whose result looks like noise (the finisher of splitmix64).
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
