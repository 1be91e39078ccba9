package properties_test

import (
	"crypto/tls"
	"errors"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/eddytls"
	"github.com/eddy-go/eddy/sim"
)

// F25, F26: a client's task that is cancelled in any of its waits, those of the handshake and those behind it, ends. Its
// other task on the same connection and the peer end too, and nothing is left at either side.
func TestTLSClientCancelledAtEachWait(t *testing.T) {
	eddytest.Baseline(t)
	atEachStep(t, 16, func(t *testing.T, w *sim.World, step int) bool { return newTLSCut(t, w, step).run("client") })
}

// The same of a server's task.
func TestTLSServerCancelledAtEachWait(t *testing.T) {
	eddytest.Baseline(t)
	atEachStep(t, 16, func(t *testing.T, w *sim.World, step int) bool { return newTLSCut(t, w, step).run("server") })
}

// tlsCut is a connection of which one side is cut off in a certain wait.
type tlsCut struct {
	t              *testing.T
	w              *sim.World
	step           int
	client, server *tls.Config
	subject        string // the name of the host that is cut off
	reached        bool
}

func newTLSCut(t *testing.T, w *sim.World, step int) *tlsCut {
	c := &tlsCut{t: t, w: w, step: step}
	c.client, c.server = tlsWorld(t, w)
	return c
}

const tlsCutBytes = 20 << 10 // more than the buffers on the way hold

func (c *tlsCut) run(subject string) (reached bool) {
	c.subject = subject
	server := c.host("server", func(rt *eddy.Runtime) error {
		l, err := rt.ListenTCP(fmt.Sprint(":", tlsPort))
		if err != nil {
			return err
		}
		defer l.Close()
		s, err := eddy.Await(rt, eddy.Timeout(tlsIdle, l.AcceptFuture()))
		if err != nil {
			return err
		}
		_ = s.SetIdleTimeout(tlsIdle)
		return tlsTalk(rt, eddytls.Server(rt, s, c.server), tlsCutBytes)
	})
	client := c.host("client", func(rt *eddy.Runtime) error {
		s, err := rt.DialTCPTimeout(server.Address(tlsPort), tlsIdle)
		if err != nil {
			return err
		}
		_ = s.SetIdleTimeout(tlsIdle)
		return tlsTalk(rt, eddytls.Client(rt, s, c.client), tlsCutBytes)
	})
	l := c.w.Link(server, client)
	l.SendBuffer, l.RecvBuffer = 4<<10, 4<<10
	c.w.RunUntil(func() bool { return client.Done() && server.Done() || c.w.Elapsed() > 10*tlsIdle })
	if !client.Done() || !server.Done() {
		c.t.Errorf("wait %d of the %s: somebody never ends. %s", c.step, subject, c.w.Dump())
	}
	return c.reached
}

// host runs talk as a task, which is cancelled if it is the subject's, and looks at what is left a while after its end.
func (c *tlsCut) host(name string, talk func(rt *eddy.Runtime) error) *sim.Host {
	return c.w.Host(name, func(rt *eddy.Runtime) error {
		before := rt.Stats()
		cut := &cutter{rt: rt, left: math.MaxInt, f: eddy.Async(rt, func() (struct{}, error) { return struct{}{}, talk(rt) })}
		if name == c.subject {
			cut.left = c.step
		}
		cut.task = eddy.SpawnFuture[struct{}](rt, cut)
		_, err := cut.task.Join()
		if name == c.subject {
			c.reached = cut.left < 0
			if c.reached != errors.Is(err, eddy.ErrCanceled) {
				c.t.Errorf("wait %d: the %s's task ended with %v", c.step, name, err)
			}
			if !c.reached && err != nil && c.w.Hits() == ([sim.FaultKinds]uint64{}) {
				c.t.Errorf("undisturbed, the %s's task ended with %v", name, err)
			}
		}
		if err := rt.Sleep(tlsIdle + 5*time.Second); err != nil { // for what lingers
			return err
		}
		if now := rt.Stats(); now.Tasks != before.Tasks || now.Timers != before.Timers || now.Closing != 0 || now.Sources != 0 {
			c.t.Errorf("wait %d of the %s: the %s has %d tasks, %d timers, %d sources left: %v", c.step, c.subject, name,
				now.Tasks-before.Tasks, now.Timers-before.Timers, now.Sources, rt.Tasks())
		}
		return nil
	})
}
