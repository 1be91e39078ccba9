package kerneltest

import (
	"syscall"

	"github.com/eddy-go/eddy/internal/kernel"
)

// A peer that has ended its direction may still read; what it sent before is not lost. A system that cannot tell
// half-close from hang-up reports the weaker one, so either is taken here.
var halfCloseProperties = []property{
	// F10
	{"half-close is reported, data first, and the reply goes out", func(r *rig) {
		client, server := r.pair()
		c, s := r.register(client), r.register(server)
		r.put(client, "request")
		r.ok("Shutdown", r.k.Shutdown(client, kernel.ShutWrite))
		r.await(s, kernel.Readable)
		r.awaitAny(s, kernel.ReadClosed)
		if total, errno := r.finish(server, s); total != len("request") || errno != 0 {
			r.Fatalf("read %d bytes, then %v", total, errno)
		}
		r.put(server, "reply")
		r.expect(client, c, []byte("reply"))
	}},
	{"half-close of a drained socket is reported", func(r *rig) {
		client, server := r.pair()
		s := r.register(server)
		r.empty(server)
		r.forget()
		r.ok("Shutdown", r.k.Shutdown(client, kernel.ShutWrite))
		r.await(s, kernel.Readable|kernel.ReadClosed)
		if total, errno := r.finish(server, s); total != 0 || errno != 0 {
			r.Fatalf("read %d bytes, then %v", total, errno)
		}
	}},
	// F10: hang-up ends both directions, half-close does not.
	{"half-close is no hang-up", func(r *rig) {
		client, server := r.pair()
		s := r.register(server)
		r.ok("Shutdown", r.k.Shutdown(client, kernel.ShutWrite))
		r.await(s, kernel.ReadClosed)
		if r.seen[s]&kernel.HangUp != 0 {
			r.Fatal("reported as a hang-up")
		}
	}},
	{"the end of the stream is read again and again", func(r *rig) {
		client, server := r.pair()
		s := r.register(server)
		r.close(client)
		for range 3 {
			if total, errno := r.finish(server, s); total != 0 || errno != 0 {
				r.Fatalf("read %d bytes, then %v", total, errno)
			}
		}
	}},
	{"a direction that was ended takes no more", func(r *rig) {
		client, _ := r.pair()
		r.ok("Shutdown", r.k.Shutdown(client, kernel.ShutWrite))
		_, errno := r.k.Write(client, []byte("x"))
		r.want("Write", errno, syscall.EPIPE)
	}},
	{"one's own reading can be ended", func(r *rig) {
		client, server := r.pair()
		s := r.register(server)
		r.ok("Shutdown", r.k.Shutdown(server, kernel.ShutRead))
		if total, errno := r.finish(server, s); total != 0 || errno != 0 {
			r.Fatalf("read %d bytes, then %v", total, errno)
		}
		c := r.register(client)
		r.put(server, "still written")
		r.expect(client, c, []byte("still written"))
	}},
	{"both directions ended by both is reported to both", func(r *rig) {
		client, server := r.pair()
		c, s := r.register(client), r.register(server)
		r.ok("Shutdown", r.k.Shutdown(client, kernel.ShutBoth))
		r.awaitAny(s, kernel.ReadClosed|kernel.HangUp)
		r.ok("Shutdown", r.k.Shutdown(server, kernel.ShutBoth))
		r.awaitAny(c, kernel.ReadClosed|kernel.HangUp)
		for fd, token := range map[int]kernel.Token{client: c, server: s} {
			if total, errno := r.finish(fd, token); total != 0 || errno != 0 {
				r.Fatalf("read %d bytes, then %v", total, errno)
			}
		}
	}},
	// F12: an error wakes the reader; the call says which it is, once.
	{"a reset is reported", func(r *rig) {
		client, server := r.pair()
		s := r.register(server)
		r.empty(server)
		r.forget()
		r.ok("SetOption", r.k.SetOption(client, kernel.OptResetOnClose, 1))
		r.close(client)
		r.awaitAny(s, kernel.Failed|kernel.HangUp|kernel.ReadClosed)
		_, errno := r.finish(server, s)
		r.want("Read", errno, syscall.ECONNRESET)
		if total, errno := r.finish(server, s); total != 0 || errno != 0 {
			r.Fatalf("after the error: read %d bytes, then %v", total, errno)
		}
	}},
}
