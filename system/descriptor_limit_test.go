//go:build linux

package system_test

import (
	"net"
	"testing"
)

// F7: at the limit of descriptors (the hard one, too: Go raises the soft one to it) the server lives and says so
// once, serves those it has, and takes in those who wait as soon as descriptors are free again.
func TestServerRecoversFromDescriptorLimit(t *testing.T) {
	need(t, "sh")
	s := start(t, setup{under: []string{"sh", "-c", `ulimit -n 40; exec "$0" "$@"`}})
	before := s.descriptors()
	s.awaitLog(1, "the limit of open files is lower than --max-conns needs", "limit=40")

	const clients = 45 // those who wait fit in when those who are served have left
	conns := make([]*net.TCPConn, clients)
	for i := range conns {
		conns[i] = dial(t, s)
	}
	s.awaitLog(1, "accept pauses", "too many open files")
	// Each pause is twice as long as the one before: by the sixth an accept that spun would have logged a thousand times.
	s.until("it has paused six times", func() bool { return s.counters()["accept_backoffs"] >= 6 })
	if lines := s.logged("accept pauses"); len(lines) != 1 {
		t.Errorf("accept has paused several times and logged %d lines", len(lines))
	}
	served := s.counters()["clients"]
	if served < 20 || served >= 40 {
		t.Fatalf("%d clients are served with 40 descriptors", served)
	}
	for i, conn := range conns[:served] {
		mustRoundTrip(t, conn, message(uint64(i), 1000))
	}

	for _, conn := range conns[:served] {
		conn.Close()
	}
	for i, conn := range conns[served:] {
		mustRoundTrip(t, conn, message(uint64(i), 1000))
	}
	for _, conn := range conns[served:] {
		conn.Close()
	}
	s.awaitDescriptors(before)
	s.stop()
}
