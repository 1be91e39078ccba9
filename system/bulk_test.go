//go:build linux

package system_test

import (
	"crypto/sha256"
	"hash"
	"io"
	"testing"
	"time"
)

// bulkLimit bounds the bulk. Picked: a gibibyte at 10 MB/s.
const bulkLimit = 100 * time.Second

// bulkSize is how much goes through the server: a gibibyte where nothing is left out, else enough to fill and drain
// every buffer on the way some thousand times.
func bulkSize() int64 {
	if systemRun() {
		return 1 << 30
	}
	return 64 << 20
}

// carry sends size bytes through a tool and the server while it reads what comes back, and compares the SHA-256 of both.
func (p *tool) carry(size int64) {
	p.t.Helper()
	sent, received := newDigest(), newDigest()
	failed := make(chan error, 1)
	go func() {
		_, err := io.CopyN(io.MultiWriter(p.stdin, sent), stream(1), size)
		if err == nil {
			err = p.stdin.Close()
		}
		failed <- err
	}()
	if _, err := io.Copy(received, p.stdout); err != nil {
		p.t.Fatalf("%s: %v", p.name, err)
	}
	if err := <-failed; err != nil {
		p.t.Fatalf("%s: %v", p.name, err)
	}
	p.exitsWell()
	if sent.n != size || received.n != size || sent.sum() != received.sum() {
		p.t.Errorf("%d bytes of %d were sent, SHA-256 %x; %d came back, SHA-256 %x", sent.n, size, sent.sum(), received.n, received.sum())
	}
}

// digest counts and hashes.
type digest struct {
	hash.Hash
	n int64
}

func newDigest() *digest { return &digest{Hash: sha256.New()} }

func (d *digest) Write(p []byte) (int, error) {
	d.n += int64(len(p))
	return d.Hash.Write(p)
}

func (d *digest) sum() (sum [sha256.Size]byte) {
	d.Hash.Sum(sum[:0])
	return sum
}

// flatMemory is how much more memory a server may have had, at its peak, after it has carried or held up a lot.
// Picked: the 64 KiB buffers of some dozens of clients, and what the garbage collector lets grow meanwhile.
const flatMemory = 16 << 20

// staysFlat checks that the server needs no more memory for what fn does than flatMemory.
func (s *server) staysFlat(t *testing.T, fn func()) {
	t.Helper()
	before := s.peakMemory()
	fn()
	if after := s.peakMemory(); after > before+flatMemory {
		t.Errorf("the server's peak memory went from %d to %d KiB", before>>10, after>>10)
	}
}
