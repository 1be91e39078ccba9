package kernel

import (
	"net/netip"
	"testing"
	"time"
)

// The hot path allocates nothing.
func TestHotPathAllocatesNothing(t *testing.T) {
	k := openEpoll(t)
	client, server := connected(t, k, loopback)
	idle, _ := connected(t, k, loopback)
	if errno := k.Register(server, 1); errno != 0 {
		t.Fatal(errno)
	}
	p, events := make([]byte, 512), make([]Event, 64)
	bufs := [][]byte{p[:100], nil, p[100:200]}
	var api Kernel = k // as callers have it

	for name, call := range map[string]func() Errno{
		"Write and Read": func() Errno {
			if _, errno := api.Write(client, p); errno != 0 {
				return errno
			}
			_, errno := api.Read(server, p)
			return errno
		},
		"Writev and Read": func() Errno {
			if _, errno := api.Writev(client, bufs); errno != 0 {
				return errno
			}
			_, errno := api.Read(server, p)
			return errno
		},
		"Wait without blocking": func() Errno { _, errno := api.Wait(events, 0); return errno },
		"Wait that blocks":      func() Errno { _, errno := api.Wait(events, time.Microsecond); return errno },
		"Wake and Wait":         func() Errno { api.Wake(); _, errno := api.Wait(events, -1); return errno },
		"Register": func() Errno {
			if errno := api.Register(idle, 2); errno != 0 {
				return errno
			}
			return api.Deregister(idle)
		},
		"Now":      func() Errno { _ = api.Now(); return 0 },
		"ThreadID": func() Errno { _ = api.ThreadID(); return 0 },
	} {
		failed := Errno(0)
		n := testing.AllocsPerRun(100, func() { failed = max(failed, call()) })
		if n != 0 || failed != 0 {
			t.Errorf("%s: %v allocations a run, error %v", name, n, failed)
		}
	}
}

// Connections are accepted without an allocation, whatever family they are of. (A Unix client that has a name costs
// the name.)
func TestAcceptAllocatesNothing(t *testing.T) {
	const runs = 50
	for name, addr := range map[string]Addr{
		"IPv4":       loopback,
		"IPv6":       {IP: netip.MustParseAddrPort("[::1]:0")},
		"dual-stack": {IP: netip.MustParseAddrPort("[::]:0")},
		"Unix":       socketPath(t),
	} {
		k := openEpoll(t)
		fd, err := k.Listen(addr, ListenOptions{})
		if err != nil {
			t.Logf("%s: %v", name, err) // a system without IPv6
			continue
		}
		listener := closing(t, k, fd)
		local, _ := k.LocalAddr(listener)
		if name == "dual-stack" {
			local.IP = netip.AddrPortFrom(loopback.IP.Addr(), local.IP.Port())
		}
		for range runs + 1 { // AllocsPerRun runs once more, to warm up
			client, _, err := k.Dial(local, DialOptions{})
			if err != nil {
				t.Fatal(err)
			}
			closing(t, k, client)
		}
		failed := Errno(0)
		n := testing.AllocsPerRun(runs, func() {
			conn, _, errno := Kernel(k).Accept(listener)
			failed = max(failed, errno)
			k.Close(conn)
		})
		if n != 0 || failed != 0 {
			t.Errorf("%s: %v allocations a run, error %v", name, n, failed)
		}
	}
}

// A vectored write skips empty buffers, and its scratch memory keeps none of the others alive.
func TestVectoredWriteForgetsItsBuffers(t *testing.T) {
	k := openEpoll(t)
	client, _ := connected(t, k, loopback)
	if n, errno := k.Writev(client, [][]byte{[]byte("one"), nil, []byte("two")}); n != 6 || errno != 0 {
		t.Fatal(n, errno)
	}
	vectors := k.scratch.vectors
	if cap(vectors) < 2 {
		t.Fatal("the scratch memory is not kept")
	}
	for _, v := range vectors[:cap(vectors)] {
		if v.Base != nil {
			t.Fatal("a buffer is still referred to")
		}
	}
}
