package kerneltest

import (
	"bytes"
	"syscall"

	"github.com/eddy-go/eddy/internal/kernel"
)

// What sockets do, whoever waits for them.
var socketProperties = []property{
	{"accept has nothing to take", func(r *rig) {
		listener := r.listen(loopback4, kernel.ListenOptions{})
		_, _, errno := r.k.Accept(listener)
		r.want("Accept", errno, syscall.EAGAIN)
	}},
	{"bytes arrive as they were sent", func(r *rig) {
		client, server := r.pair()
		c, s := r.register(client), r.register(server)
		message := pattern(512)
		for range 10 {
			r.send(client, c, message)
			r.expect(server, s, message)
			r.send(server, s, message)
			r.expect(client, c, message)
		}
	}},
	{"an empty socket does not block", func(r *rig) {
		client, server := r.pair()
		r.empty(client)
		r.empty(server)
	}},
	{"a full socket takes more when its peer has read", func(r *rig) {
		client, server := r.pair()
		c, s := r.register(client), r.register(server)
		total := r.fill(client)
		if total == 0 {
			r.Fatal("a fresh socket took nothing")
		}
		r.forget()
		r.seen[s] |= kernel.Readable
		r.receive(server, s, total)
		r.await(c, kernel.Writable)
		r.put(client, "more")
	}},
	{"megabytes arrive in order", func(r *rig) {
		client, server := r.pair()
		c, s := r.register(client), r.register(server)
		message := pattern(4 << 20)
		var got []byte
		p := make([]byte, 100_000)
		for rest := message; len(got) < len(message); {
			if len(rest) > 0 {
				n, errno := r.k.Write(client, rest)
				if errno != syscall.EAGAIN {
					r.ok("Write", errno)
				}
				rest = rest[n:]
			}
			n, errno := r.k.Read(server, p)
			switch {
			case errno == syscall.EAGAIN && len(rest) == 0:
				r.await(s, kernel.Readable)
			case errno != syscall.EAGAIN:
				r.ok("Read", errno)
			}
			got = append(got, p[:n]...)
		}
		if !bytes.Equal(got, message) {
			r.Fatal("the bytes arrived changed")
		}
		r.seen[c] = 0
	}},
	{"a vectored write sends its buffers in order", func(r *rig) {
		client, server := r.pair()
		s := r.register(server)
		bufs := [][]byte{nil, []byte("one"), {}, []byte("two"), nil, []byte("three"), {}}
		n, errno := r.k.Writev(client, bufs)
		r.ok("Writev", errno)
		r.expect(server, s, []byte("onetwothree")[:n])
	}},
	{"a vectored write of more buffers than the system takes sends some", func(r *rig) {
		client, server := r.pair()
		s := r.register(server)
		message := pattern(3000)
		var bufs [][]byte
		for i := range message {
			bufs = append(bufs, message[i:i+1], nil)
		}
		for rest := message; len(rest) > 0; {
			n, errno := r.k.Writev(client, bufs)
			r.ok("Writev", errno)
			if n == 0 {
				r.Fatal("Writev took nothing and gave no error")
			}
			r.expect(server, s, rest[:n])
			rest, bufs = rest[n:], bufs[2*n:]
		}
	}},
	{"a vectored write of nothing is not an error", func(r *rig) {
		client, _ := r.pair()
		for _, bufs := range [][][]byte{nil, {nil}, {nil, {}}} {
			if n, errno := r.k.Writev(client, bufs); n != 0 || errno != 0 {
				r.Fatalf("Writev of nothing: %d, %v", n, errno)
			}
		}
	}},
	{"a full socket refuses a vectored write", func(r *rig) {
		client, _ := r.pair()
		r.fill(client)
		n, errno := r.k.Writev(client, [][]byte{[]byte("one"), []byte("two")})
		r.want("Writev", errno, syscall.EAGAIN)
		if n != 0 {
			r.Fatalf("%d bytes were taken with an error", n)
		}
	}},
	{"close ends the peer's stream", func(r *rig) {
		client, server := r.pair()
		s := r.register(server)
		r.put(client, "last")
		r.close(client)
		total, errno := r.finish(server, s)
		if total != len("last") || errno != 0 {
			r.Fatalf("read %d bytes, then %v", total, errno)
		}
	}},
	{"reset on close resets", func(r *rig) {
		client, server := r.pair()
		s := r.register(server)
		r.ok("SetOption", r.k.SetOption(client, kernel.OptResetOnClose, 1))
		r.close(client)
		_, errno := r.finish(server, s)
		r.want("Read", errno, syscall.ECONNRESET)
	}},
	// F14: the first write after the peer's close succeeds, a later one fails; none kills the program.
	{"writing to a closed peer is an error and no signal", func(r *rig) {
		client, server := r.pair()
		s := r.register(server)
		r.close(client)
		for {
			_, errno := r.k.Write(server, []byte("x"))
			if errno == syscall.EPIPE || errno == syscall.ECONNRESET {
				break
			}
			r.ok("Write", errno)
			r.awaitAny(s, kernel.HangUp|kernel.Failed|kernel.Writable|kernel.ReadClosed)
		}
		if _, errno := r.k.Writev(server, [][]byte{[]byte("x")}); errno != syscall.EPIPE {
			r.want("Writev", errno, syscall.ECONNRESET)
		}
	}},
	{"calls are counted", func(r *rig) {
		count := r.k.Counters()
		before := *count
		client, server := r.pair()
		s := r.register(server)
		r.put(client, "x")
		r.await(s, kernel.Readable)
		r.expect(server, s, []byte("x"))
		r.ok("Shutdown", r.k.Shutdown(client, kernel.ShutWrite))
		after := *count
		for name, grown := range map[string]bool{
			"Waits":       after.Waits > before.Waits,
			"Events":      after.Events > before.Events,
			"Registers":   after.Registers == before.Registers+2,
			"Deregisters": after.Deregisters == before.Deregisters+1,
			"Accepts":     after.Accepts > before.Accepts,
			"Dials":       after.Dials == before.Dials+1,
			"Receives":    after.Receives > before.Receives,
			"Sends":       after.Sends == before.Sends+1,
			"Shutdowns":   after.Shutdowns == before.Shutdowns+1,
			"Closes":      after.Closes == before.Closes+1,
		} {
			if !grown {
				r.Errorf("%s: %+v, then %+v", name, before, after)
			}
		}
	}},
}
