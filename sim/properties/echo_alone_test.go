package properties_test

import (
	"io"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/internal/kernel"
	"github.com/eddy-go/eddy/internal/kernel/simnet"
	"github.com/eddy-go/eddy/internal/tape"
	"github.com/eddy-go/eddy/sim"
)

// kernelAlone returns the kernel of a single host, for a kernel that no world has. Its Wait moves the clock itself.
func kernelAlone(w *sim.World, faults sim.Faults) *simnet.Kernel {
	net := simnet.New(tape.Seeded(w.Rand().Uint64()), w.Now())
	net.SetFaults(faults)
	var k *simnet.Kernel
	k = net.Host("alone").Boot(func() {
		for !k.Runnable() {
			at, ok := net.Next()
			if !ok {
				panic("nothing will ever happen")
			}
			net.Advance(at)
		}
	})
	return k
}

// stale is a kernel whose events outlive their registrations, as they do on Linux where a descriptor was duplicated.
type stale struct {
	*simnet.Kernel
	w       *sim.World
	tokens  map[int]kernel.Token // by descriptor; looked up, never ranged over
	gone    []kernel.Token
	haunted uint64 // events of registrations that are gone
}

func (k *stale) Register(fd int, token kernel.Token) kernel.Errno {
	k.tokens[fd] = token
	return k.Kernel.Register(fd, token)
}

func (k *stale) Deregister(fd int) kernel.Errno {
	k.gone = append(k.gone, k.tokens[fd])
	return k.Kernel.Deregister(fd)
}

func (k *stale) Wait(events []kernel.Event, timeout time.Duration) (int, kernel.Errno) {
	n, errno := k.Kernel.Wait(events, timeout)
	if len(k.gone) > 0 && n < len(events) && k.w.Rand().IntN(2) == 0 {
		token := k.gone[k.w.Rand().IntN(len(k.gone))]
		events[n] = kernel.Event{Token: token, Ready: kernel.Readable | kernel.Writable | kernel.HangUp}
		k.haunted++
		n++
	}
	return n, errno
}

// F1: descriptors and places in the table are used again and again, and events come for those who had them before.
// They reach nobody, and are counted.
func TestStaleEventsReachNobody(t *testing.T) {
	sim.Run(t, 1, func(w *sim.World) {
		k := &stale{Kernel: kernelAlone(w, unnoticed()), w: w, tokens: map[int]kernel.Token{}}
		err := eddy.NewWithKernel(eddy.Config{}, k).BlockOn(func(rt *eddy.Runtime) error {
			if err := echoHere(rt, w); err != nil {
				return err
			}
			if n := rt.Stats().RejectedEvents; n != k.haunted {
				t.Errorf("%d events came for those who are gone, and %d were rejected", k.haunted, n)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}

// F31: where the kernel does not tell of urgent data, a short read proves nothing on TCP either.
func TestKernelWithoutUrgentData(t *testing.T) {
	sim.Run(t, 1, func(w *sim.World) {
		k := kernelAlone(w, unnoticed())
		k.SetUrgent(false)
		err := eddy.NewWithKernel(eddy.Config{}, k).BlockOn(func(rt *eddy.Runtime) error { return echoHere(rt, w) })
		if err != nil {
			t.Error(err)
		}
	})
}

// echoHere has clients and a server in one runtime.
func echoHere(rt *eddy.Runtime, w *sim.World) error {
	l, err := rt.ListenTCP("127.0.0.1" + echoListen)
	if err != nil {
		return err
	}
	defer l.Close()
	rt.Spawn(func() {
		for {
			s, err := l.AcceptTCP()
			if err != nil {
				return
			}
			rt.Spawn(func() {
				io.Copy(s, s)
				s.Close()
			})
		}
	})
	for range 8 {
		err := rt.WithTimeout(5*time.Second, func() error { return roundTrips(rt, w, l.Addr().String()) })
		if err != nil {
			return err
		}
	}
	return nil
}

// roundTrips sends messages on a connection, each when the one before is back, and closes it when the last one is.
func roundTrips(rt *eddy.Runtime, w *sim.World, address string) error {
	s, err := rt.DialTCP(address)
	if err != nil {
		return err
	}
	defer s.Close()
	buf := make([]byte, 8<<10)
	for range 4 {
		n := 1 + w.Rand().IntN(len(buf))
		if _, err := s.Write(pattern[:n]); err != nil {
			return err
		}
		if err := wantBytes(s, buf, 0, n); err != nil {
			return err
		}
	}
	return nil
}
