package simnet

import "net/netip"

// Host is a machine: it keeps its name, its addresses and its Unix sockets' files over crashes.
type Host struct {
	net          *Net
	id           int
	name         string
	addr4, addr6 netip.Addr

	up     bool
	kernel *Kernel // of the process that runs or ran last; nil before the first
	ends   *end    // those that can still hear or say something
	port   int     // the ephemeral port that was given away last
	files  map[string]*listener
	names  int // unnamed listeners that were given an abstract name
}

// Host adds a machine to the network. It gets an IPv4 and an IPv6 address of its own; 127.0.0.1 and ::1 are itself.
// It is down until Boot.
func (n *Net) Host(name string) *Host {
	h := &Host{net: n, id: len(n.hosts), name: name, port: lastPort, files: make(map[string]*listener)}
	h.addr4, h.addr6 = numbered4(len(n.hosts)+1), numbered6(len(n.hosts)+1)
	n.hosts = append(n.hosts, h)
	return h
}

// Name returns the host's name.
func (h *Host) Name() string { return h.name }

// Addr returns the host's IPv4 address in the network.
func (h *Host) Addr() netip.Addr { return h.addr4 }

// Addr6 returns the host's IPv6 address in the network.
func (h *Host) Addr6() netip.Addr { return h.addr6 }

// Boot starts the host, or a new process on one that is up, with a new kernel. Wait calls park when it has nothing to
// return yet; park must return when the kernel is Runnable. A process that still runs is killed first.
func (h *Host) Boot(park func()) *Kernel {
	h.Kill()
	h.up = true
	h.kernel = &Kernel{
		net: h.net, host: h, boot: h.net.now, park: park, urgent: true,
		ports: make(map[uint16]*binding), lowest: firstFree, sockets: make([]*socket, firstFree),
	}
	h.kernel.alarm.of(h.kernel, waitEnds)
	h.net.note(h, "boot", 0, 0, 0, 0)
	return h.kernel
}

// Crash takes the power away: from now on nobody hears of the host, and its kernel is dead: calls fail with EIO,
// and Wait returns at once, on a clock of its own that jumps to the end of each wait, so that a runtime on it can be
// unwound without the world. Peers learn of it by retransmission, keep-alive, or a reset after the next Boot.
func (h *Host) Crash() {
	if !h.up {
		return
	}
	h.net.note(h, "crash", 0, 0, 0, 0)
	h.up = false
	if k := h.kernel; k != nil {
		k.die()
	}
	for e := h.ends; e != nil; e = h.ends {
		peer := e.peer
		e.vanish()
		if peer != nil && peer.host != h {
			peer.suspect()
		}
	}
}

// Kill ends the host's process. The host stays up and closes its sockets as Linux does for a process that is killed:
// each with the end of its stream, or with a reset if something was not read. The process's kernel is dead, as after
// a Crash.
func (h *Host) Kill() {
	k := h.kernel
	if !h.up || k == nil || k.dead {
		return
	}
	h.net.note(h, "kill", 0, uint64(k.open), 0, 0)
	for fd, s := range k.sockets {
		if s != nil {
			s.close()
			k.sockets[fd] = nil
		}
	}
	k.die()
}

// Outside calls fn once from outside of the host's tasks, as a goroutine of another thread would: within one of its
// next kernel calls, drawn from the tape; just before Wait parks is among them. It does nothing where no process runs
// that could have another thread.
func (h *Host) Outside(fn func()) {
	if h.kernel == nil || h.kernel.dead || h.kernel.ended {
		return
	}
	h.kernel.visit(fn)
}

// suspect has the host's connections over a wire find out whether their peers are still there.
func (h *Host) suspect(w *wire) {
	for e := h.ends; e != nil; e = e.next {
		if e.wire == w {
			e.suspect()
		}
	}
}
