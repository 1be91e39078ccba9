package eddy

// bufferSize is the size of the buffers that copies borrow. Picked: one system call moves that much of a busy stream,
// and it still fits a processor's second-level cache.
const bufferSize = 64 << 10

// maxSpareBuffers is how many buffers wait for the next borrower. One is enough unless writes block.
const maxSpareBuffers = 4

// bufferStack lends buffers to copies, only while there is data to hold. Normally one serves the whole loop: a
// borrower gives it back before it waits for more. Only a copy whose write is blocked keeps its own.
type bufferStack struct{ spare []*[bufferSize]byte }

func (b *bufferStack) borrow() *[bufferSize]byte {
	n := len(b.spare)
	if n == 0 {
		return new([bufferSize]byte)
	}
	buf := b.spare[n-1]
	b.spare = b.spare[:n-1]
	return buf
}

func (b *bufferStack) giveBack(buf *[bufferSize]byte) {
	if len(b.spare) < maxSpareBuffers {
		b.spare = append(b.spare, buf)
	}
}
