//go:build linux

package main

import (
	"strings"
	"testing"
)

func piece(connection uint64, offset int64, n int) []byte {
	p := make([]byte, n)
	fill(p, connection, offset)
	return p
}

// The stream is the same in whatever pieces it is filled.
func TestStreamInPieces(t *testing.T) {
	whole := piece(7, 0, 1000)
	for offset := 0; offset < len(whole); offset += 13 {
		n := min(13, len(whole)-offset)
		if got := piece(7, int64(offset), n); string(got) != string(whole[offset:offset+n]) {
			t.Fatalf("at %d: % x, not % x", offset, got, whole[offset:offset+n])
		}
	}
}

func TestVerifierTakesItsOwnStream(t *testing.T) {
	v := verifier{connection: 3}
	for offset := int64(0); offset < 5000; offset += 77 {
		if err := v.check(piece(3, offset, 77)); err != nil {
			t.Fatal(err)
		}
	}
}

// Whatever is not the next piece of the connection's own stream is seen, and where it comes from is told.
func TestVerifierSeesWrongBytes(t *testing.T) {
	flipped := piece(3, 100, 200)
	flipped[150] ^= 1
	lost := append(piece(3, 100, 50), piece(3, 151, 149)...)
	for _, test := range []struct {
		name string
		p    []byte
		says string
	}{
		{"one bit", flipped, "connection 3 got"},
		{"another's bytes", piece(8, 100, 200), "offset 100 of connection 8"},
		{"another's other bytes", piece(8, 1<<20+3, 200), "offset 1048579 of connection 8"},
		{"a byte lost", lost, "offset 151 of connection 3"},
		{"bytes repeated", piece(3, 92, 200), "offset 92 of connection 3"},
	} {
		v := verifier{connection: 3, offset: 100}
		if err := v.check(test.p); err == nil || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %v does not say %q", test.name, err, test.says)
		}
	}
}

// A few bytes of another connection, at the same place in the stream, are wrong wherever they begin.
func TestShortPiecesOfConnectionsDiffer(t *testing.T) {
	const n, short = 400, 4
	for other := uint64(2); other < 20; other++ {
		for offset := int64(0); offset < n; offset++ {
			v := verifier{connection: 1, offset: offset}
			if v.check(piece(other, offset, short)) == nil {
				t.Fatalf("%d bytes at %d are the same for connections 1 and %d", short, offset, other)
			}
		}
	}
}
