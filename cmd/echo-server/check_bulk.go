package main

import (
	"encoding/binary"
	"fmt"

	"github.com/eddy-go/eddy"
)

// bulkSize is how many bytes the bulk check sends; bulkChunk is how many at once.
const (
	bulkSize  = 64 << 20
	bulkChunk = 64 << 10
)

// checkBulk sends with one task and reads with another, and compares every byte.
func checkBulk(rt *eddy.Runtime) error {
	return withServer(rt, 0, func(address string) error {
		return withClient(rt, address, func(stream *eddy.TCPStream) error {
			sending := eddy.Spawn(rt, func() (struct{}, error) { return struct{}{}, sendBulk(stream) })
			if err := receiveBulk(stream); err != nil {
				sending.Cancel()
				return err
			}
			_, err := sending.Join()
			return err
		})
	})
}

func sendBulk(stream *eddy.TCPStream) error {
	chunk := make([]byte, bulkChunk)
	for at := 0; at < bulkSize; at += len(chunk) {
		fillBulk(chunk, at)
		if _, err := stream.Write(chunk); err != nil {
			return err
		}
	}
	return stream.CloseWrite()
}

func receiveBulk(stream *eddy.TCPStream) error {
	got, want := make([]byte, bulkChunk), make([]byte, bulkChunk)
	for at := 0; at < bulkSize; {
		n, err := stream.Read(got[:bulkChunk-at%bulkChunk]) // never across the end of a chunk
		if err != nil {
			return fmt.Errorf("after %d bytes: %w", at, err)
		}
		if at%bulkChunk == 0 {
			fillBulk(want, at)
		}
		for i, b := range got[:n] {
			if b != want[at%bulkChunk+i] {
				return fmt.Errorf("byte %d is %#x, not %#x", at+i, b, want[at%bulkChunk+i])
			}
		}
		at += n
	}
	return expectEnd(stream)
}

// fillBulk makes the bytes from an offset on, a multiple of 8. Each word is a mixture of its place, so that bytes that
// are lost, repeated or exchanged show.
func fillBulk(p []byte, at int) {
	for i := 0; i < len(p); i += 8 {
		x := uint64(at+i+8) * 0x9e3779b97f4a7c15
		binary.LittleEndian.PutUint64(p[i:], x^x>>29)
	}
}
