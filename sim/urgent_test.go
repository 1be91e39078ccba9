package sim_test

import (
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/sim"
)

// In a world with faults some kernels do not report urgent data. There a runtime that was given less than it has room for
// asks whether there is more; elsewhere it knows that there is not.
func TestSomeKernelsAreSilentAboutUrgentData(t *testing.T) {
	eddytest.Baseline(t)
	asked := regexp.MustCompile("server read .*" + syscall.EAGAIN.Error())
	const worlds = 100
	run := func(faults sim.Faults) (silent int) {
		for seed := range uint64(worlds) {
			var trace strings.Builder
			w := sim.New(seed, sim.Config{Faults: faults, Trace: &trace})
			server := w.Host("server", echo)
			w.Run(time.Second)
			untilDone(t, w, w.Host("client", talker(server.Address(port), 2)))
			must(t, w.Close())
			if asked.MatchString(trace.String()) {
				silent++
			}
		}
		return silent
	}
	// Nothing is offloaded, so that nothing but the kernels differs.
	with, without := run(sim.Faults{sim.SlowOffload: {Chance: 1}}), run(sim.Faults{})
	if with < worlds/10 || with > worlds/2 || without > 0 {
		t.Errorf("of %d runtimes %d ask in a world with faults, and %d in one without", worlds, with, without)
	}
}
