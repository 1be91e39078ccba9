//go:build linux

package system_test

import "testing"

// With one processor for all of Go's goroutines, signals and log lines get through while clients are echoed.
func TestOneProcessor(t *testing.T) {
	s := start(t, setup{env: []string{"GOMAXPROCS=1"}})
	const clients, messages, size = 20, 1000, 512
	conn := dial(t, s)
	loaded := make(chan error, clients)
	for i := range clients {
		go func() { loaded <- talk(s.address(), uint64(i), messages, size) }()
	}
	for range 5 {
		s.counters()
		mustRoundTrip(t, conn, message(99, size))
	}
	for range clients {
		if err := <-loaded; err != nil {
			t.Error(err)
		}
	}
	if got, want := s.counters()["bytes_out"], (clients*messages+5)*size; got != want {
		t.Errorf("%d bytes were echoed, not %d", got, want)
	}
}
