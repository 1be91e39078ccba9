package kerneltest

import (
	"os"
	"path/filepath"
	"syscall"

	"github.com/eddy-go/eddy/internal/kernel"
)

// Unix sockets, and the files that they leave behind.
var unixProperties = []property{
	{"bytes arrive as they were sent", func(r *rig) {
		addr := unixPath(r)
		listener := r.listen(addr, kernel.ListenOptions{})
		token := r.register(listener)
		client := r.dial(addr)
		server, peer := r.accept(listener, token)
		if peer != (kernel.Addr{Unix: true}) {
			r.Errorf("the client has the address %+v", peer)
		}
		if r.local(listener) != addr || r.local(server) != addr {
			r.Errorf("listener %v, connection %v, want %v", r.local(listener), r.local(server), addr)
		}
		if to, errno := r.k.PeerAddr(client); errno != 0 || to != addr {
			r.Errorf("the client's peer: %v, %v", to, errno)
		}
		if from := r.local(client); from != peer {
			r.Errorf("the client's own address is %+v, its peer's view %+v", from, peer)
		}
		c, s := r.register(client), r.register(server)
		message := pattern(512)
		for range 10 {
			r.send(client, c, message)
			r.expect(server, s, message)
			r.send(server, s, message)
			r.expect(client, c, message)
		}
		r.k.Shutdown(client, kernel.ShutWrite)
		if total, errno := r.finish(server, s); total != 0 || errno != 0 {
			r.Fatalf("read %d bytes, then %v", total, errno)
		}
	}},
	{"a client may have a name too", func(r *rig) {
		addr, own := unixPath(r), unixPath(r)
		listener := r.listen(addr, kernel.ListenOptions{})
		token := r.register(listener)
		client, _, err := r.k.Dial(addr, kernel.DialOptions{Local: own})
		if err != nil {
			r.Fatalf("Dial: %v", err)
		}
		r.own(client)
		if _, peer := r.accept(listener, token); peer != own {
			r.Errorf("peer %v, want %v", peer, own)
		}
	}},
	{"a live listener is not replaced", func(r *rig) {
		addr := unixPath(r)
		listener := r.listen(addr, kernel.ListenOptions{})
		_, err := r.k.Listen(addr, kernel.ListenOptions{})
		call, errno := r.failed(err)
		if call != "bind" || errno != syscall.EADDRINUSE {
			r.Fatalf("a second listener: %v", err)
		}
		// Asking was a connection of its own; the next one is the client's.
		token := r.register(listener)
		client := r.dial(addr)
		c := r.register(client)
		for {
			conn, _ := r.accept(listener, token)
			if _, errno := r.k.Write(conn, []byte("served")); errno == 0 {
				break
			}
		}
		r.expect(client, c, []byte("served"))
	}},
	{"a file on which nobody listens is replaced", func(r *rig) {
		addr := unixPath(r)
		for range 3 {
			r.close(r.listen(addr, kernel.ListenOptions{}))
		}
		listener := r.listen(addr, kernel.ListenOptions{})
		r.connect(listener, r.register(listener))
	}},
	{"a file on which nobody listens refuses", func(r *rig) {
		addr := unixPath(r)
		r.close(r.listen(addr, kernel.ListenOptions{}))
		refused(r, addr)
	}},
	{"a socket can be unlinked", func(r *rig) {
		addr := unixPath(r)
		r.listen(addr, kernel.ListenOptions{})
		r.ok("Unlink", r.k.Unlink(addr.Path))
		_, _, err := r.k.Dial(addr, kernel.DialOptions{})
		if call, errno := r.failed(err); call != "connect" || errno != syscall.ENOENT {
			r.Fatalf("Dial: %v", err)
		}
		r.want("Unlink again", r.k.Unlink(addr.Path), syscall.ENOENT)
		r.listen(addr, kernel.ListenOptions{})
	}},
	// F34: Linux answers EAGAIN, other systems refuse; either way nothing stays open.
	{"a full backlog is an error of the dialler", func(r *rig) {
		addr := unixPath(r)
		listener := r.listen(addr, kernel.ListenOptions{Backlog: 1})
		for range 64 {
			fd, _, err := r.k.Dial(addr, kernel.DialOptions{})
			if err == nil {
				r.own(fd)
				continue
			}
			if call, errno := r.failed(err); call != "connect" || errno != syscall.EAGAIN && errno != syscall.ECONNREFUSED {
				r.Fatalf("Dial: %v", err)
			}
			r.accept(listener, r.register(listener))
			r.dial(addr) // there is room again
			return
		}
		r.Fatal("a backlog of 1 took 64 connections")
	}},
	{"a path that is too long is an error", func(r *rig) {
		addr := kernel.Addr{Unix: true, Path: string(pattern(4000))}
		_, err := r.k.Listen(addr, kernel.ListenOptions{})
		if call, errno := r.failed(err); call != "bind" || errno == 0 {
			r.Errorf("Listen: %v", err)
		}
		_, _, err = r.k.Dial(addr, kernel.DialOptions{})
		if call, errno := r.failed(err); call != "connect" || errno == 0 {
			r.Errorf("Dial: %v", err)
		}
	}},
}

// unixPath returns a fresh path for a Unix socket. Paths are short on every system (104 bytes), so the directory of
// the test, which carries its name, will not do.
func unixPath(r *rig) kernel.Addr {
	r.Helper()
	dir, err := os.MkdirTemp("", "eddy")
	if err != nil {
		r.Fatal(err)
	}
	r.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			r.Error(err)
		}
	})
	return kernel.Addr{Unix: true, Path: filepath.Join(dir, "s")}
}
