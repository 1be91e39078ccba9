package kerneltest

import (
	"bytes"
	"syscall"

	"github.com/eddy-go/eddy/internal/kernel"
)

// What the suite does with connections: send and receive bytes, whole, whatever the sockets take at a time.

// send writes all of p; fd is registered as token.
func (r *rig) send(fd int, token kernel.Token, p []byte) {
	r.Helper()
	for len(p) > 0 {
		n, errno := r.k.Write(fd, p)
		if errno == syscall.EAGAIN {
			r.await(token, kernel.Writable)
			continue
		}
		r.ok("Write", errno)
		p = p[n:]
	}
}

// put writes a few bytes to a socket that has room for them.
func (r *rig) put(fd int, s string) {
	r.Helper()
	if n, errno := r.k.Write(fd, []byte(s)); n != len(s) || errno != 0 {
		r.Fatalf("Write of %d bytes: %d, %v", len(s), n, errno)
	}
}

// fill writes until the socket takes no more, and returns how much it took.
func (r *rig) fill(fd int) (total int) {
	r.Helper()
	chunk := make([]byte, 64<<10)
	for {
		n, errno := r.k.Write(fd, chunk)
		if errno == syscall.EAGAIN {
			return total
		}
		r.ok("Write", errno)
		total += n
	}
}

// receive reads exactly n bytes; fd is registered as token.
func (r *rig) receive(fd int, token kernel.Token, n int) []byte {
	r.Helper()
	p := make([]byte, n)
	for got := 0; got < n; {
		m, errno := r.k.Read(fd, p[got:])
		switch {
		case errno == syscall.EAGAIN:
			r.awaitAny(token, ended)
		case errno != 0 || m == 0:
			r.Fatalf("Read after %d of %d bytes: %d, %v", got, n, m, errno)
		}
		got += m
	}
	return p
}

func (r *rig) expect(fd int, token kernel.Token, want []byte) {
	r.Helper()
	if got := r.receive(fd, token, len(want)); !bytes.Equal(got, want) {
		r.Fatalf("%d bytes arrived changed", len(want))
	}
}

// finish reads a stream to its end and returns how it ended: 0 for EOF, else the error. It counts what came before.
func (r *rig) finish(fd int, token kernel.Token) (total int, errno kernel.Errno) {
	r.Helper()
	p := make([]byte, 64<<10)
	for {
		n, errno := r.k.Read(fd, p)
		switch {
		case errno == syscall.EAGAIN:
			r.awaitAny(token, ended)
		case errno != 0 || n == 0:
			return total, errno
		}
		total += n
	}
}

// empty checks that there is nothing to read, which also drains the edge.
func (r *rig) empty(fd int) {
	r.Helper()
	_, errno := r.k.Read(fd, make([]byte, 1))
	r.want("Read of an empty socket", errno, syscall.EAGAIN)
}

// pattern returns n bytes in which no stretch looks like another.
func pattern(n int) []byte {
	p := make([]byte, n)
	x := uint32(1)
	for i := range p {
		x = x*1664525 + 1013904223
		p[i] = byte(x >> 24)
	}
	return p
}
