package eddy

// bufferSize is the size of the buffers that copies borrow. Picked: one system call moves that much of a busy stream,
// and it still fits a processor's second-level cache.
const bufferSize = 64 << 10

// The most of each that wait for the next borrower. Picked: one buffer is enough unless writes block; of writes as many
// are worth keeping as a busy loop has blocked at a time.
const (
	maxSpareBuffers = 4
	maxSpareWrites  = 256
)

// spares lends what few hold at a time and nobody for long. Buffers go to copies, only while there is data to hold:
// normally one serves the whole loop, because a borrower gives it back before it waits for more, and only a copy whose
// write is blocked keeps its own. A WriteFuture goes to a Write that has to wait.
type spares[T any] struct {
	free []*T
	most int
}

func (s *spares[T]) borrow() *T {
	n := len(s.free)
	if n == 0 {
		return new(T)
	}
	v := s.free[n-1]
	s.free = s.free[:n-1]
	return v
}

func (s *spares[T]) giveBack(v *T) {
	if len(s.free) < s.most {
		s.free = append(s.free, v)
	}
}
