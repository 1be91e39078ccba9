package mine_test

import (
	"io"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/sim"
)

func TestEchoSurvivesAPartition(t *testing.T) {
	sim.Run(t, 1, func(w *sim.World) {
		w.SetFaults(sim.Chaos())
		server := w.Host("server", serve)
		client := w.Host("client", func(rt *eddy.Runtime) error { return ask(rt, server.Address(80), 30) })
		w.Run(5 * time.Second)
		w.Partition(server, client)
		w.Run(time.Minute)
		w.Heal(server, client)
		if !w.RunUntil(client.Done) {
			t.Error("the client never came through")
		}
	})
}

func serve(rt *eddy.Runtime) error {
	l, err := rt.ListenTCP(":80")
	if err != nil {
		return err
	}
	for {
		s, err := l.AcceptTCP()
		if err != nil {
			return err
		}
		rt.Spawn(func() { defer s.Close(); io.Copy(s, s) })
	}
}

// ask gets n answers, one a second. It dials again when a connection breaks.
func ask(rt *eddy.Runtime, address string, n int) error {
	for n > 0 {
		answers, _ := session(rt, address, n)
		n -= answers
		if err := rt.Sleep(time.Second); err != nil {
			return err // the host is being shut down
		}
	}
	return nil
}

func session(rt *eddy.Runtime, address string, n int) (answers int, err error) {
	s, err := rt.DialTCP(address)
	if err != nil {
		return 0, err
	}
	defer s.Close()
	for buf := make([]byte, 5); answers < n; answers++ {
		s.SetDeadline(rt.Now().Add(10 * time.Second))
		if _, err := io.WriteString(s, "hello"); err != nil {
			return answers, err
		}
		if _, err := io.ReadFull(s, buf); err != nil {
			return answers, err
		}
		if err := rt.Sleep(time.Second); err != nil {
			return answers, err
		}
	}
	return answers, nil
}
