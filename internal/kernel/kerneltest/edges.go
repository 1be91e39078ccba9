package kerneltest

import (
	"syscall"

	"github.com/eddy-go/eddy/internal/kernel"
)

// An event comes for everything that happens after the last one, and once at registration for what was there before.
var edgeProperties = []property{
	{"data that was there at registration is reported", func(r *rig) {
		client, server := r.pair()
		r.put(client, "early")
		r.await(r.register(server), kernel.Readable)
	}},
	{"room that was there at registration is reported", func(r *rig) {
		client, _ := r.pair()
		r.await(r.register(client), kernel.Writable)
	}},
	{"a connection that waited at registration is reported", func(r *rig) {
		listener := r.listen(loopback4, kernel.ListenOptions{})
		r.dial(r.local(listener))
		r.await(r.register(listener), kernel.Readable)
	}},
	{"an end that was there at registration is reported", func(r *rig) {
		client, server := r.pair()
		r.close(client)
		r.awaitAny(r.register(server), ended)
	}},
	// F5
	{"each arrival at a drained socket is reported", func(r *rig) {
		client, server := r.pair()
		s := r.register(server)
		for range 100 {
			r.empty(server)
			r.forget()
			r.put(client, "x")
			r.await(s, kernel.Readable)
			r.receive(server, s, 1)
		}
	}},
	{"an arrival at a socket that was not drained is reported", func(r *rig) {
		client, server := r.pair()
		s := r.register(server)
		for range 10 {
			r.forget()
			r.put(client, "x")
			r.await(s, kernel.Readable)
		}
		r.receive(server, s, 10)
	}},
	{"each connection to a drained listener is reported", func(r *rig) {
		listener := r.listen(loopback4, kernel.ListenOptions{})
		token := r.register(listener)
		for range 10 {
			_, _, errno := r.k.Accept(listener)
			r.want("Accept", errno, syscall.EAGAIN)
			r.forget()
			r.dial(r.local(listener))
			r.await(token, kernel.Readable)
			r.accept(listener, token)
		}
	}},
	// F5: one direction's events are not swallowed by the other's.
	{"both directions are reported", func(r *rig) {
		client, server := r.pair()
		c, s := r.register(client), r.register(server)
		total := r.fill(client)
		r.forget()
		r.put(server, "x")
		r.await(c, kernel.Readable)
		r.seen[s] |= kernel.Readable
		r.receive(server, s, total)
		r.await(c, kernel.Writable)
	}},
	{"an event batch of one loses nothing", func(r *rig) {
		listener := r.listen(loopback4, kernel.ListenOptions{})
		l := r.register(listener)
		var tokens []kernel.Token
		for range 20 {
			client, server := r.connect(listener, l)
			r.put(client, "x")
			tokens = append(tokens, r.register(server))
		}
		r.events = r.events[:1]
		for _, token := range tokens {
			r.await(token, kernel.Readable)
		}
	}},
	{"a large batch brings what a small one does", func(r *rig) {
		listener := r.listen(loopback4, kernel.ListenOptions{})
		l := r.register(listener)
		var tokens []kernel.Token
		for range 20 {
			client, server := r.connect(listener, l)
			r.put(client, "x")
			tokens = append(tokens, r.register(server))
		}
		r.events = make([]kernel.Event, 1000)
		for _, token := range tokens {
			r.await(token, kernel.Readable)
		}
	}},
	// F34
	{"a connect that succeeds is reported as room to write", func(r *rig) {
		listener := r.listen(loopback4, kernel.ListenOptions{})
		client := r.dial(r.local(listener))
		r.await(r.register(client), kernel.Writable)
		value, errno := r.k.Option(client, kernel.OptError)
		r.ok("Option", errno)
		r.want("the connect", kernel.Errno(value), 0)
	}},
	// F34, F12
	{"a connect that is refused is reported", func(r *rig) {
		listener := r.listen(loopback4, kernel.ListenOptions{})
		addr := r.local(listener)
		r.close(listener)
		refused(r, addr)
	}},
}

// refused checks that connecting to addr ends with ECONNREFUSED, at once or later.
func refused(r *rig, addr kernel.Addr) {
	r.Helper()
	fd, connected, err := r.k.Dial(addr, kernel.DialOptions{})
	if err != nil {
		call, errno := r.failed(err)
		if call != "connect" {
			r.Errorf("the error names %q", call)
		}
		r.want("Dial", errno, syscall.ECONNREFUSED)
		return
	}
	r.own(fd)
	if connected {
		r.Fatalf("connected to %v", addr)
	}
	r.awaitAny(r.register(fd), kernel.Writable|kernel.HangUp|kernel.Failed)
	value, errno := r.k.Option(fd, kernel.OptError)
	r.ok("Option", errno)
	r.want("the connect", kernel.Errno(value), syscall.ECONNREFUSED)
}
