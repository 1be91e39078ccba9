//go:build linux

package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
)

// What a client sends is a stream of words of 8 bytes. A word holds the number of its connection and its own place in
// the stream, mixed, so that whatever a client reads instead of its own bytes tells where it comes from.
const (
	wordSize  = 8
	placeBits = 36 // 512 GiB a connection; the other 28 bits are the connection's number
	odd       = 0x9e3779b97f4a7c15
)

// inverse of odd among the 64-bit integers: each step of Newton's doubles the bits that are right.
var inverse = func() uint64 {
	x := uint64(odd)
	for range 6 {
		x *= 2 - odd*x
	}
	return x
}()

// mix spreads what a word says over all of its bytes, so that two words have no byte in common but by chance.
func mix(w uint64) uint64 {
	w = (w ^ w>>32) * odd
	return w ^ w>>32
}

// unmix is mix backwards: folding the upper half into the lower one undoes itself.
func unmix(w uint64) uint64 {
	w = (w ^ w>>32) * inverse
	return w ^ w>>32
}

// fill puts into p the bytes of a connection's stream from an offset on.
func fill(p []byte, connection uint64, offset int64) {
	var word [wordSize]byte
	for len(p) > 0 {
		binary.BigEndian.PutUint64(word[:], mix(connection<<placeBits|uint64(offset/wordSize)))
		n := copy(p, word[offset%wordSize:])
		p, offset = p[n:], offset+int64(n)
	}
}

// origin tells where a piece of a stream comes from: the first place where two words follow each other.
func origin(p []byte) (connection uint64, offset int64, found bool) {
	for i := 0; i+2*wordSize <= len(p); i++ {
		first := unmix(binary.BigEndian.Uint64(p[i:]))
		second := unmix(binary.BigEndian.Uint64(p[i+wordSize:]))
		place := first & (1<<placeBits - 1)
		if second == first+1 && int64(place)*wordSize >= int64(i) {
			return first >> placeBits, int64(place)*wordSize - int64(i), true
		}
	}
	return 0, 0, false
}

// verifier compares what comes back with the stream of its connection.
type verifier struct {
	connection uint64
	offset     int64
	want       []byte
}

// wrongBytes is the worst that can happen to an echo.
type wrongBytes struct{ what string }

func (e *wrongBytes) Error() string { return e.what }

// check takes the next bytes. Its error is a *wrongBytes.
func (v *verifier) check(p []byte) error {
	if cap(v.want) < len(p) {
		v.want = make([]byte, len(p))
	}
	want := v.want[:len(p)]
	fill(want, v.connection, v.offset)
	if bytes.Equal(p, want) {
		v.offset += int64(len(p))
		return nil
	}
	i := 0
	for p[i] == want[i] {
		i++
	}
	what := fmt.Sprintf("connection %d got % x at offset %d instead of % x", v.connection, head(p[i:]), v.offset+int64(i), head(want[i:]))
	if connection, offset, found := origin(p[i:]); found {
		what += fmt.Sprintf(": offset %d of connection %d", offset, connection)
	}
	return &wrongBytes{what}
}

// head is as much of a piece as a line of text bears.
func head(p []byte) []byte { return p[:min(len(p), 2*wordSize)] }
