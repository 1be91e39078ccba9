package sim_test

import (
	"testing"
	"time"

	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/sim"
)

// What is sent during a partition arrives after it.
func TestPartitionAndHeal(t *testing.T) {
	eddytest.Baseline(t)
	sim.Run(t, 1, func(w *sim.World) {
		server := w.Host("server", echo)
		w.Run(time.Second)
		client := w.Host("client", talker(server.Address(port), 3))
		other := w.Host("other", talker(server.Address(port), 3))
		w.Run(1500 * time.Millisecond)
		w.Partition(server, client)
		w.Run(10 * time.Second)
		if client.Done() || !other.Done() {
			t.Errorf("done: the one that is cut off %v, the other %v", client.Done(), other.Done())
		}
		w.Heal(server, client)
		untilDone(t, w, client)
		must(t, client.Err())
	})
}

// A partition that is not healed ends the connection with an error.
func TestPartitionWithoutEnd(t *testing.T) {
	eddytest.Baseline(t)
	sim.Run(t, 1, func(w *sim.World) {
		server := w.Host("server", echo)
		w.Run(time.Second)
		client := w.Host("client", talker(server.Address(port), 3))
		w.Run(1500 * time.Millisecond)
		w.Partition(server, client)
		untilDone(t, w, client)
		if client.Err() == nil {
			t.Error("the client noticed nothing")
		}
	})
}

// A link's latency is that of a round trip, half of it each way.
func TestLinkLatency(t *testing.T) {
	eddytest.Baseline(t)
	sim.Run(t, 1, func(w *sim.World) {
		server := w.Host("server", echo)
		w.Run(time.Second)
		client := w.Host("client", talker(server.Address(port), 1))
		w.Link(server, client).Latency = [2]time.Duration{100 * time.Millisecond, 100 * time.Millisecond}
		begin := w.Elapsed()
		untilDone(t, w, client)
		must(t, client.Err())
		// Three round trips (one of them to end the connection), and the second that the talker sleeps.
		if took := w.Elapsed() - begin; took < 1600*time.Millisecond || took > 1601*time.Millisecond {
			t.Errorf("took %v", took)
		}
	})
}
