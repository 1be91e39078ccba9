//go:build unix

package eddy_test

import (
	"testing"
	"time"

	"github.com/eddy-go/eddy"
)

// The model of kqueue allocates, so these tests are for the system's own kernel.

// An echo allocates nothing, in whichever of these ways it is made. Both ends and both tasks count.
func TestEchoAllocatesNothing(t *testing.T) {
	servers := map[string]func(s *eddy.TCPStream){
		"Read and Write": func(s *eddy.TCPStream) {
			buf := make([]byte, 1024)
			for {
				n, err := s.Read(buf)
				if err != nil {
					return
				}
				s.Write(buf[:n])
			}
		},
		"WriteTo":      func(s *eddy.TCPStream) { s.WriteTo(s) },
		"idle timeout": func(s *eddy.TCPStream) { s.SetIdleTimeout(time.Hour); s.WriteTo(s) },
	}
	for name, serve := range servers {
		t.Run(name, func(t *testing.T) {
			onThisSystem(t, func(t *testing.T, rt *eddy.Runtime) {
				a, b := tcpPair(t, rt)
				rt.Spawn(func() { serve(b) })
				message, buf := make([]byte, 512), make([]byte, 1024)
				echo := func() {
					a.Write(message)
					a.Read(buf)
				}
				echo()
				if n := testing.AllocsPerRun(200, echo); n != 0 {
					t.Errorf("%v allocations", n)
				}
			})
		})
	}
}

// Deadlines set before each operation, as package net's servers do it, cost no allocation either.
func TestDeadlinesAllocateNothing(t *testing.T) {
	onThisSystem(t, func(t *testing.T, rt *eddy.Runtime) {
		a, b := tcpPair(t, rt)
		rt.Spawn(func() { b.WriteTo(b) })
		buf := make([]byte, 512)
		echo := func() {
			a.SetDeadline(rt.Now().Add(time.Hour))
			a.Write(buf[:1])
			a.Read(buf)
		}
		echo()
		if n := testing.AllocsPerRun(200, echo); n != 0 {
			t.Errorf("%v allocations", n)
		}
	})
}

// The goal program's read makes two futures, and nothing else.
func TestTimeoutOverReadAllocatesTwo(t *testing.T) {
	onThisSystem(t, func(t *testing.T, rt *eddy.Runtime) {
		a, b := tcpPair(t, rt)
		rt.Spawn(func() { b.WriteTo(b) })
		buf := make([]byte, 1024)
		echo := func() {
			a.Write(buf[:512])
			eddy.Await(rt, eddy.Timeout(10*time.Second, a.ReadFuture(buf)))
		}
		echo()
		if n := testing.AllocsPerRun(200, echo); n > 2 {
			t.Errorf("%v allocations", n)
		}
	})
}
