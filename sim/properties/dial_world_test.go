package properties_test

import (
	"context"
	"net"
	"net/netip"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/sim"
)

// dialWorld is a world in which names mean hosts that answer and hosts that do not. Packets take dialLatency each way,
// so that all that happens has its exact time.
type dialWorld struct {
	w          *sim.World
	live, dead *sim.Host
	subject    *sim.Host
	names      map[string][]netip.Addr
	before     func(network string) // called by the resolver
	log        dialLog
}

const dialLatency = 3 * time.Millisecond

// timerTick is how long after its deadline a timer of a simulated host fires.
const timerTick = time.Microsecond

// newDialWorld makes the hosts: live echoes on peerPort and refuses all else, dead is cut off, and subject runs fn.
func newDialWorld(w *sim.World, fn func(d *dialWorld, rt *eddy.Runtime) error) *dialWorld {
	d := &dialWorld{w: w}
	d.live = w.Host("live", peerProgram)
	d.dead = w.Host("dead", peerProgram)
	d.subject = w.HostConfig("subject", eddy.Config{LookupIP: d.lookUp}, func(rt *eddy.Runtime) error {
		d.log.rt = rt
		return fn(d, rt)
	})
	for _, h := range []*sim.Host{d.live, d.dead} {
		w.Link(h, d.subject).Latency = [2]time.Duration{dialLatency, dialLatency}
	}
	d.names = map[string][]netip.Addr{
		"live":       {d.live.Addr6(), d.live.Addr()},
		"half dead":  {d.dead.Addr6(), d.live.Addr()},
		"third":      {d.dead.Addr6(), d.dead.Addr(), d.live.Addr6()},
		"fourth":     {d.dead.Addr6(), d.dead.Addr(), d.dead.Addr6(), d.live.Addr()},
		"all dead":   {d.dead.Addr6(), d.dead.Addr()},
		"mixed dead": {d.live.Addr6(), d.dead.Addr()},
	}
	w.Partition(d.dead, d.subject)
	return d
}

func (d *dialWorld) lookUp(_ context.Context, network, host string) ([]netip.Addr, error) {
	if d.before != nil {
		d.before(network)
	}
	var ips []netip.Addr
	for _, ip := range d.names[host] {
		if ip.Is4() == (network == "ip4") {
			ips = append(ips, ip)
		}
	}
	if len(ips) == 0 {
		return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
	}
	return ips, nil
}

// run lets the world go on until the subject is done, and notes the times of what it does.
func (d *dialWorld) run() bool {
	return d.w.RunUntil(func() bool {
		d.log.note(d.w.Elapsed())
		return d.subject.Done()
	})
}

// dialLog has the exact times at which a host's lookups are answered and its attempts to connect begin.
type dialLog struct {
	rt       *eddy.Runtime
	answers  []time.Duration
	attempts []time.Duration
}

func (l *dialLog) note(now time.Duration) {
	if l.rt == nil {
		return
	}
	s := l.rt.Stats()
	for range s.Lookups.Finished - uint64(len(l.answers)) {
		l.answers = append(l.answers, now)
	}
	for range s.Kernel.Dials - uint64(len(l.attempts)) {
		l.attempts = append(l.attempts, now)
	}
}
