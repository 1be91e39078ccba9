package sim_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/sim"
)

// eventful is a scenario with everything in it.
func eventful(w *sim.World) {
	w.SetFaults(sim.Chaos())
	server := w.Host("server", echo)
	w.Run(time.Second)
	var clients []*sim.Host
	for i := range 5 {
		clients = append(clients, w.Host(fmt.Sprint("client ", i), func(rt *eddy.Runtime) error {
			for range 3 {
				rt.WithTimeout(5*time.Second, func() error { return talker(server.Address(port), 5)(rt) })
			}
			eddy.Await(rt, eddy.Offload(rt, func() (int, error) { return 1, nil }))
			return nil
		}))
	}
	w.After(3*time.Second, func() { w.Partition(server, clients[0]) })
	w.After(6*time.Second, func() { w.Heal(server, clients[0]) })
	w.After(time.Duration(w.Rand().Int64N(int64(9*time.Second))), func() {
		w.Crash(server)
		w.Restart(server)
	})
	w.Run(time.Minute)
}

// One seed makes one run, another seed another, and a world outside of a bubble is the same as one inside.
func TestSameSeedSameRun(t *testing.T) {
	eddytest.Baseline(t)
	outside := func(seed uint64) uint64 {
		w := sim.New(seed, sim.Config{})
		eventful(w)
		sum := w.Sum()
		must(t, w.Close())
		return sum
	}
	sim.Run(t, 1, func(w *sim.World) {
		eventful(w)
		if a, b, c := w.Sum(), outside(w.Seed()), outside(w.Seed()+1); a != b || a == c {
			t.Errorf("sums in a bubble %016x, outside %016x, of another seed %016x", a, b, c)
		}
	})
}

// For TestSameRunInEveryProcess.
func TestEventfulInChild(t *testing.T) {
	if os.Getenv(inChild) == "" {
		t.Skip("is for TestSameRunInEveryProcess")
	}
	sim.Run(t, 3, eventful)
}

// Two processes write the same trace, byte for byte, and print the same hash.
func TestSameRunInEveryProcess(t *testing.T) {
	dir := t.TempDir()
	var traces [2][]byte
	var hashes [2]string
	for i := range 2 {
		file := filepath.Join(dir, fmt.Sprint(i))
		output, failed := again(t, "^TestEventfulInChild$", "-sim.trace="+file)
		hashes[i] = regexp.MustCompile(`trace hash [0-9a-f]{16}`).FindString(output)
		if failed || hashes[i] == "" {
			t.Fatal(output)
		}
		var err error
		traces[i], err = os.ReadFile(file)
		must(t, err)
	}
	if hashes[0] != hashes[1] || !bytes.Equal(traces[0], traces[1]) {
		t.Errorf("%s and %s; traces of %d and %d bytes, equal: %v", hashes[0], hashes[1], len(traces[0]), len(traces[1]), bytes.Equal(traces[0], traces[1]))
	}
	if lines := bytes.Count(traces[0], []byte("\n")); lines < 1000 {
		t.Errorf("the trace has %d lines only", lines)
	}
}

// For TestReplayCommand: it fails at one seed of many.
func TestReplayInChild(t *testing.T) {
	if os.Getenv(inChild) == "" {
		t.Skip("is for TestReplayCommand")
	}
	t.Run("it's a/test (of one)", func(t *testing.T) {
		sim.Run(t, 1, func(w *sim.World) {
			eventful(w)
			if w.Rand().IntN(10) == 0 {
				t.Error("found it")
			}
		})
	})
}

// The command that a failing test prints runs that seed alone, and sees the same run.
func TestReplayCommand(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the test once more")
	}
	output, failed := again(t, "^TestReplayInChild$", "-sim.seeds=200")
	found := regexp.MustCompile(`(seed \d+ failed, trace hash [0-9a-f]{16})\n +replay: (.*)\n`).FindStringSubmatch(output)
	if !failed || found == nil {
		t.Fatalf("nothing to replay in:\n%s", output)
	}
	for _, dir := range []string{".", ".."} {
		cmd := exec.Command("sh", "-c", found[2])
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), inChild+"=1")
		replayed, err := cmd.CombinedOutput()
		if err == nil {
			t.Errorf("in %s, %s did not fail:\n%s", dir, found[2], replayed)
		}
		wantIn(t, string(replayed), "found it", found[1], "--- FAIL: TestReplayInChild/it's_a/test_(of_one)")
	}
}
