package sim

import (
	"fmt"
	"net/netip"
	"strconv"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/internal/kernel/simnet"
)

// Host is a simulated machine that runs one program: a function on a runtime of its own. It keeps its name, its
// addresses and the files of its Unix sockets when it is started again.
type Host struct {
	w       *World
	machine *simnet.Host
	config  eddy.Config
	fn      func(rt *eddy.Runtime) error

	life   life // the present one, or the last
	paused bool

	made       int           // how often the world had gone on then; before, if the world itself made the host
	forgotten  bool          // the scenario has ended without the world going on
	offloading time.Duration // how long offloaded functions have waited in this turn
	blocked    bool          // a turn has taken time, which was said
}

// Host adds a machine that runs fn, from the next Run or RunUntil on. It ends when fn returns. Each host has an IPv4 and
// an IPv6 address of its own; 127.0.0.1, ::1 and Unix sockets lead to itself. The name shows in reports and traces; no
// two hosts have the same.
func (w *World) Host(name string, fn func(rt *eddy.Runtime) error) *Host {
	return w.HostConfig(name, w.config.Runtime, fn)
}

// HostConfig is Host with a configuration of the runtime.
func (w *World) HostConfig(name string, c eddy.Config, fn func(rt *eddy.Runtime) error) *Host {
	w.open("Host")
	if w.byName[name] != nil {
		panic("sim: there are two hosts with the name " + strconv.Quote(name))
	}
	h := &Host{w: w, machine: w.net.Host(name), config: c, fn: fn, made: w.steps}
	if w.driving {
		h.made--
	}
	if h.config.Logger == nil {
		h.config.Logger = w.journal.logger(w, name)
	}
	if h.config.OnPanic == nil {
		h.config.OnPanic = h.taskPanicked
	}
	for _, other := range w.hosts {
		w.config.linkUp(w.net.Link(other.machine, h.machine))
	}
	w.hosts = append(w.hosts, h)
	w.byName[name] = h
	h.boot()
	return h
}

// linkUp gives a link the properties that the configuration names.
func (c *Config) linkUp(l *Link) {
	if c.Link.Latency != ([2]time.Duration{}) {
		l.Latency = c.Link.Latency
	}
	if c.Link.Bandwidth != 0 {
		l.Bandwidth = c.Link.Bandwidth
	}
	if c.Link.SendBuffer != 0 {
		l.SendBuffer = c.Link.SendBuffer
	}
	if c.Link.RecvBuffer != 0 {
		l.RecvBuffer = c.Link.RecvBuffer
	}
	if c.Link.Reset != 0 {
		l.Reset = c.Link.Reset
	}
}

// Name returns the host's name. From anywhere.
func (h *Host) Name() string { return h.machine.Name() }

// Addr returns the host's IPv4 address. From anywhere.
func (h *Host) Addr() netip.Addr { return h.machine.Addr() }

// Addr6 returns the host's IPv6 address. From anywhere.
func (h *Host) Addr6() netip.Addr { return h.machine.Addr6() }

// AddrPort returns the host's IPv4 address with a port. From anywhere.
func (h *Host) AddrPort(port uint16) netip.AddrPort { return netip.AddrPortFrom(h.Addr(), port) }

// Address returns the host's IPv4 address with a port, as Runtime.DialTCP takes it: "10.0.0.1:80". From anywhere.
func (h *Host) Address(port uint16) string { return h.AddrPort(port).String() }

// Done reports whether the host's program has ended: its function has returned, or it was crashed or killed. From
// anywhere.
func (h *Host) Done() bool { return !h.alive() }

// Err returns the error with which the host's program ended, as BlockOn would. It is nil while it runs, and after a
// Crash, a Kill or the end of the world, which are no news to the scenario. Who asks is told: an error that nobody has
// asked for fails the test. From anywhere.
func (h *Host) Err() error {
	h.life.asked = h.Done()
	return h.life.err
}

// taskPanicked is OnPanic where the configuration has none.
func (h *Host) taskPanicked(t eddy.TaskInfo, e *eddy.PanicError) {
	h.w.fail(fmt.Errorf("host %s: task %d %s panicked: %w", h.Name(), t.ID, t.Name, e))
}
