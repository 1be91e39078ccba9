package simnet

import (
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/eddy-go/eddy/internal/kernel"
	"github.com/eddy-go/eddy/internal/tape"
)

// A storm is three hosts that do what the tape says, while every fault strikes: they dial, accept, write, read, close,
// crash and are cut off. Whatever happens, a reader gets what its writer wrote, in order and from the beginning, and
// all of it before the end; and nobody who was told to wait is forgotten.
type storm struct {
	*rig
	hosts [3]*Host
	nodes [3]*node
	next  map[*end]byte // what it writes
	from  map[*end]byte // what it reads

	wait map[*socket]kernel.Ready // what its owner waits for, because a call has said so
	told map[*socket]kernel.Ready // all that was reported
}

var stormy = func() (f Faults) {
	for kind := range f {
		f[kind] = Rate{Chance: 0.05, Calm: time.Second, Episode: time.Second}
	}
	f[HalfOpen].Chance = 0.005
	f[Reset].Chance = 0.01
	return f
}()

func (r *rig) storm(steps int) *storm {
	x := &storm{rig: r, next: make(map[*end]byte), from: make(map[*end]byte), wait: make(map[*socket]kernel.Ready), told: make(map[*socket]kernel.Ready)}
	r.net.SetFaults(stormy)
	for i, name := range []string{"alice", "bob", "carol"} {
		x.hosts[i] = r.net.Host(name)
		x.start(i)
	}
	for range steps {
		x.step()
	}
	return x
}

const stormPort = 4000

// unclear is what keeps a runtime from taking a short read for all that there is.
const unclear = kernel.ReadClosed | kernel.HangUp | kernel.Failed | kernel.Urgent

func (x *storm) start(i int) {
	n := x.boot(x.hosts[i])
	x.nodes[i] = n
	for _, addr := range []kernel.Addr{any6, {Unix: true, Path: "/run/s"}} {
		if !addr.Unix {
			addr = addrOf(addr.IP.Addr(), stormPort)
		}
		fd, err := n.Listen(addr, kernel.ListenOptions{Backlog: 3})
		if err != nil {
			x.Fatal(err)
		}
		n.ok(n.Register(fd, kernel.Token(fd)))
	}
}

func (x *storm) step() {
	draw := func(n int) int { return x.net.tape.Below("step", n) }
	i := draw(3)
	n, other := x.nodes[i], x.hosts[draw(3)]
	switch what := draw(100); {
	case what < 1:
		x.hosts[i].Crash()
		x.run(x.net.tape.Between("down", 0, time.Minute))
		x.start(i)
	case what < 2:
		x.hosts[i].Kill()
		x.start(i)
	case what < 3:
		x.net.Partition(x.hosts[i], other)
	case what < 6:
		x.net.Heal(x.hosts[i], other)
	case what < 16:
		to := addrOf(other.addr4, stormPort)
		if draw(4) == 0 {
			to = kernel.Addr{Unix: true, Path: "/run/s"}
		}
		if fd, _, err := n.Dial(to, kernel.DialOptions{}); err == nil {
			n.ok(n.Register(fd, kernel.Token(fd)))
			n.SetOption(fd, kernel.OptKeepAlive, draw(2))
		}
	case what < 18:
		n.Offload(func() {}, func() {})
		x.hosts[i].Outside(n.Wake)
	case what < 20:
		x.run(x.net.tape.Between("pause", 0, 10*time.Second))
	default:
		x.hear(n, x.net.tape.Between("wait", 0, 10*time.Millisecond))
		x.use(n, draw)
	}
}

// hear makes a wait, and ends the waiting of those who are told.
func (x *storm) hear(n *node, timeout time.Duration) (got int) {
	got = n.wait(timeout)
	for _, e := range n.events[:got] {
		if s, errno := n.Kernel.socket(int(e.Token)); errno == 0 && e.Token != kernel.WakeToken {
			x.wait[s] &^= e.Ready
			x.told[s] |= e.Ready
		}
	}
	return got
}

// remembered checks that nobody waits for what is there.
func (x *storm) remembered() {
	x.net.SetFaults(Faults{})
	x.run(time.Hour)
	for got := 1; got > 0; {
		got = 0
		for _, n := range x.nodes {
			got += x.hear(n, time.Second)
		}
	}
	for _, n := range x.nodes {
		for _, s := range n.sockets {
			if s == nil || s.end == nil {
				continue
			}
			if forgotten := s.poll() & x.wait[s]; forgotten != 0 {
				x.Fatalf("%s: %d waits for %06b, has %06b", n.host.name, s.fd, x.wait[s], s.poll())
			}
		}
	}
}

// use does something with each of some of a host's sockets.
func (x *storm) use(n *node, draw func(int) int) {
	for range 3 {
		s, errno := n.Kernel.socket(firstFree + draw(len(n.sockets)-firstFree))
		switch {
		case errno != 0:
		case s.listener != nil:
			if fd, _, errno := n.Accept(s.fd); errno == 0 {
				n.ok(n.Register(fd, kernel.Token(fd)))
			}
		default:
			x.talk(n, s, draw)
		}
	}
}

func (x *storm) talk(n *node, s *socket, draw func(int) int) {
	e := s.end
	switch draw(12) {
	case 0:
		n.SetOption(s.fd, kernel.OptResetOnClose, draw(2))
		n.Deregister(s.fd)
		n.ok(n.Close(s.fd))
	case 1:
		n.Shutdown(s.fd, kernel.How(draw(3)))
	case 2, 3, 4, 5:
		p := make([]byte, 1+draw(50_000))
		next := x.next[e]
		for i := range p {
			p[i] = next + byte(i)
		}
		m, errno := n.Write(s.fd, p)
		if errno == syscall.EAGAIN || errno == 0 && m < len(p) {
			x.wait[s] |= kernel.Writable
		}
		x.next[e] = next + byte(m)
	default:
		p := make([]byte, 1+draw(50_000))
		m, errno := n.Read(s.fd, p)
		if errno != 0 && errno != syscall.EAGAIN {
			return
		}
		want := x.from[e]
		for _, b := range p[:m] {
			if b != want {
				x.Fatalf("read %d, want %d", b, want)
			}
			want++
		}
		x.from[e] = want
		switch {
		case errno == 0 && m == 0 && e.finished && want != x.next[e.peer]:
			x.Fatalf("the end came after %d, not %d", want, x.next[e.peer])
		case errno == syscall.EAGAIN, m < len(p) && m > 0 && !s.unix && x.told[s]&unclear == 0:
			x.wait[s] |= kernel.Readable
		}
	}
}

func TestStorm(t *testing.T) {
	for seed := range uint64(40) {
		x := onTape(t, tape.Seeded(seed)).storm(1000)
		x.remembered()
		x.calm()
	}
}

// calm ends all processes, lets everything end, and looks at what is left.
func (x *storm) calm() {
	for i, h := range x.hosts {
		h.Kill()
		for _, other := range x.hosts {
			x.net.Heal(h, other)
		}
		if open := x.nodes[i].Open(); open != 0 {
			x.Fatalf("%s has %d descriptors", h.name, open)
		}
	}
	for at, ok := x.net.Next(); ok; at, ok = x.net.Next() {
		if at > 10_000*time.Hour {
			x.Fatal("it goes on and on")
		}
		x.net.Advance(at)
	}
	for _, h := range x.hosts {
		for e := h.ends; e != nil; e = e.next {
			if e.state != open || !e.out.finArrived && !e.muted {
				x.Fatalf("%s: a connection is left, %v to %v", h.name, e.local, e.remote)
			}
		}
	}
}

func TestEqualSeedsAreEqualStorms(t *testing.T) {
	run := func(seed uint64, traced bool) (uint64, string) {
		from := tape.Seeded(seed)
		var text strings.Builder
		if traced {
			from.Trace(&text)
		}
		onTape(t, from).storm(500)
		return from.Sum(), text.String()
	}
	a, first := run(7, true)
	b, second := run(7, true)
	if a != b || first != second {
		t.Error("equal seeds, different runs")
	}
	if plain, _ := run(7, false); plain != a {
		t.Error("a trace changes the sum")
	}
	if other, _ := run(8, false); other == a {
		t.Error("different seeds, equal sums")
	}
	if !strings.Contains(first, "alice write fd=") || !strings.Contains(first, "draw latency") {
		t.Errorf("the trace tells nothing:\n%.2000s", first)
	}
}

func TestEveryFaultStrikesInAStorm(t *testing.T) {
	var all [FaultKinds]uint64
	for seed := range uint64(40) {
		x := onTape(t, tape.Seeded(seed)).storm(1000)
		for range 10 {
			x.nodes[0].Pick(2)
		}
		for kind, hits := range x.net.Hits() {
			all[kind] += hits
		}
	}
	for kind, hits := range all {
		t.Logf("%v: %d", Fault(kind), hits)
		if hits == 0 {
			t.Errorf("%v: no hit", Fault(kind))
		}
	}
}

func FuzzStorm(f *testing.F) {
	f.Add([]byte(nil))
	f.Add(pattern(4096))
	f.Fuzz(func(t *testing.T, b []byte) {
		x := onTape(t, tape.Recorded(b)).storm(min(len(b), 500))
		x.remembered()
		x.calm()
	})
}
