package sim

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/eddytest"
)

// The guard speaks of a turn that goes on for its limit, once, and of no other.
func TestGuardSpeaksOncePerTurn(t *testing.T) {
	w := New(17, Config{})
	server, client := w.Host("server", nil), w.Host("client", nil)
	defer w.abandon()
	var out strings.Builder
	g := &guard{limit: time.Minute, out: &out}
	g.run.Store(&run{t: t, seed: 17})
	now := time.Unix(0, 0)
	after := func(d time.Duration, reports int) {
		t.Helper()
		now = now.Add(d)
		g.look(now)
		if got := strings.Count(out.String(), "sim: in "); got != reports {
			t.Errorf("%d reports, want %d: %s", got, reports, out.String())
		}
	}
	after(0, 0)
	after(time.Hour, 0) // no host has begun
	g.begin(server)
	after(time.Hour, 0) // it may just have begun
	after(time.Minute-1, 0)
	g.end()
	g.begin(server)
	after(time.Hour, 0) // another turn
	g.end()
	after(time.Hour, 0) // the scenario's time
	g.begin(server)
	after(0, 0)
	after(time.Minute, 1)
	after(time.Hour, 1)
	g.end()
	g.begin(client)
	after(time.Hour, 1)
	after(time.Hour, 2)
	for _, part := range []string{
		"sim: in TestGuardSpeaksOncePerTurn, seed 17, host server has been in one turn for 1m0s of real time: ",
		"replay: go test -count=1 -run '^TestGuardSpeaksOncePerTurn$' github.com/eddy-go/eddy/sim -sim.seed=17\n",
		"host client has been in one turn for 1h0m0s",
	} {
		if !strings.Contains(out.String(), part) {
			t.Errorf("%q is missing in:\n%s", part, out.String())
		}
	}
}

// unlocker is a guard's output that lets the host go on.
type unlocker struct {
	strings.Builder
	lock *sync.Mutex
}

func (u *unlocker) Write(p []byte) (int, error) {
	defer u.lock.Unlock()
	return u.Builder.Write(p)
}

// A lock that nobody gives back holds up the bubble and its clock, and the guard, outside, sees it.
func TestGuardSeesALock(t *testing.T) {
	eddytest.Baseline(t)
	var lock sync.Mutex
	lock.Lock()
	out := &unlocker{lock: &lock}
	g := startGuard(time.Millisecond, out)
	r := &run{t: t, seed: 3, guard: g, fn: func(w *World) {
		w.Host("locked", func(rt *eddy.Runtime) error {
			lock.Lock()
			return nil
		})
		w.Run(time.Second)
	}}
	r.one(Config{})
	g.stop()
	if !strings.HasPrefix(out.String(), "sim: in TestGuardSeesALock, seed 3, host locked has been in one turn for ") {
		t.Errorf("the guard says %q", out.String())
	}
}
