package kerneltest

import (
	"syscall"

	"github.com/eddy-go/eddy/internal/kernel"
)

// Tokens go in and come out unchanged; a registration lives from Register to Deregister.
var registrationProperties = []property{
	// F1, F2: all bits of the word belong to the reactor.
	{"tokens come back as they were given", func(r *rig) {
		const ones = ^kernel.Token(0)
		listener := r.listen(loopback4, kernel.ListenOptions{})
		l := r.register(listener)
		for _, token := range []kernel.Token{0, ones - 1, ones >> 1, ones ^ ones>>1, ones &^ 0xffff, 0x5a5a5a5a} {
			client, server := r.connect(listener, l)
			r.ok("Register", r.k.Register(server, token))
			r.put(client, "x")
			r.await(token, kernel.Readable)
		}
	}},
	// F6
	{"a second registration is refused", func(r *rig) {
		client, server := r.pair()
		first := r.register(server)
		r.want("Register again", r.k.Register(server, first+1), syscall.EEXIST)
		r.put(client, "x")
		r.await(first, kernel.Readable)
		if r.seen[first+1] != 0 {
			r.Error("an event came for the refused registration")
		}
	}},
	{"nothing is reported after deregistration", func(r *rig) {
		client, server := r.pair()
		token := r.register(server)
		r.await(token, kernel.Writable)
		r.ok("Deregister", r.k.Deregister(server))
		r.forget()
		r.put(client, "x")
		other := r.register(client)
		r.await(other, kernel.Writable)
		r.collect(r.events, 0)
		if r.seen[token] != 0 {
			r.Fatalf("%06b was reported", r.seen[token])
		}
	}},
	{"a descriptor that is not registered cannot be deregistered", func(r *rig) {
		client, _ := r.pair()
		r.want("Deregister", r.k.Deregister(client), syscall.ENOENT)
	}},
	{"a descriptor that is not open cannot be registered", func(r *rig) {
		r.want("Register", r.k.Register(1<<20, 1), syscall.EBADF)
	}},
	// F1: the number of a closed descriptor is soon another connection's.
	{"a reused descriptor reports its new token alone", func(r *rig) {
		listener := r.listen(loopback4, kernel.ListenOptions{})
		l := r.register(listener)
		reused := false
		for range 20 {
			client, server := r.connect(listener, l)
			old := r.register(server)
			r.put(client, "for the old one")
			r.await(old, kernel.Readable)
			r.ok("Deregister", r.k.Deregister(server))
			r.close(server)
			r.forget()

			client, next := r.connect(listener, l)
			reused = reused || next == server
			token := r.register(next)
			r.put(client, "for the new one")
			r.await(token, kernel.Readable)
			if r.seen[old] != 0 {
				r.Fatalf("the old token got %06b", r.seen[old])
			}
		}
		if !reused {
			r.Log("no descriptor was reused")
		}
	}},
}
