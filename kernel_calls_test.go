//go:build unix

package eddy_test

import (
	"testing"

	"github.com/eddy-go/eddy"
)

// With 50 clients and one message in flight each, an echo is exactly one receive and one send on each side, and nothing
// is registered or deregistered after the start. The system's own kernel; kqueue has to ask twice for the end of the
// input.
func TestEchoMakesOneReceiveAndOneSend(t *testing.T) {
	onThisSystem(t, func(t *testing.T, rt *eddy.Runtime) {
		const clients, rounds = 50, 40
		var pairs [clients][2]*eddy.TCPStream
		for i := range pairs {
			a, b := tcpPair(t, rt)
			pairs[i] = [2]*eddy.TCPStream{a, b}
			rt.Spawn(func() { b.WriteTo(b) })
		}
		echo := func(rounds int) {
			var handles []*eddy.JoinHandle[struct{}]
			for _, p := range pairs {
				handles = append(handles, rt.Spawn(func() {
					buf := make([]byte, 1024)
					for range rounds {
						p[0].Write(buf[:512])
						if n, err := p[0].Read(buf); n != 512 || err != nil {
							t.Errorf("%d, %v", n, err)
						}
					}
				}))
			}
			for _, h := range handles {
				h.Join()
			}
		}
		echo(2) // the first reads find what the registration reported
		before := rt.Stats().Kernel
		echo(rounds)
		after := rt.Stats().Kernel
		const echoes = clients * rounds
		if n := after.Receives - before.Receives; n != 2*echoes {
			t.Errorf("%d receives for %d echoes", n, echoes)
		}
		if n := after.Sends - before.Sends; n != 2*echoes {
			t.Errorf("%d sends for %d echoes", n, echoes)
		}
		if after.Registers != before.Registers || after.Deregisters != before.Deregisters {
			t.Error("the registrations changed")
		}
	})
}
