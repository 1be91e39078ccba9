package main

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"testing"
	"testing/cryptotest"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/eddytls"
	"github.com/eddy-go/eddy/sim"
)

// simulateTLS is simulate for a server that speaks TLS, with a certificate whose serial number is 1. All that is secret
// is drawn from the seed, too.
func simulateTLS(t *testing.T, w *sim.World) (*simulated, pairFiles) {
	t.Helper()
	cryptotest.SetGlobalRandom(t, w.Seed())
	files := newPairFiles(t)
	files.write(t, 1, tomorrow())
	return simulate(w, func(o *options) { o.tlsCert, o.tlsKey = files.cert, files.key }), files
}

// F26: clients talk TLS to the server while the network, the hosts and the kernels do what they may.
func TestSimulatedTLSServerUnderFaults(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *sim.World) {
		s, _ := simulateTLS(t, w)
		servesUnderFaults(t, w, s, &tls.Config{InsecureSkipVerify: true})
	})
}

// cutConn is a connection of which the peer gets no more than so many bytes.
type cutConn struct {
	net.Conn
	left int
}

func (c *cutConn) Write(p []byte) (int, error) {
	n := min(len(p), c.left)
	c.left -= n
	if _, err := c.Conn.Write(p[:n]); err != nil {
		return 0, err
	}
	return len(p), nil
}

// F18: a client that stops in the middle of a handshake, wherever that is, is dropped after ten seconds; so is one that
// goes on for ever, a byte at a time. One that comes to its end talks on for longer than that.
func TestSimulatedServerDropsUnfinishedHandshakes(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *sim.World) {
		const clients = 8
		s, _ := simulateTLS(t, w)
		var hosts []*sim.Host
		for i := range clients {
			sent := w.Rand().IntN(200)
			if i%4 == 1 {
				sent = 1 << 20 // all of the first flight, and none of the second
			}
			hosts = append(hosts, w.Host(fmt.Sprint("client", i), func(rt *eddy.Runtime) error {
				stream, err := rt.DialTCP(s.host.Address(7))
				if err != nil {
					return err
				}
				begin := w.Elapsed()
				if i%4 == 0 {
					return dripUntilDropped(rt, w, stream)
				}
				cut := &cutConn{Conn: stream, left: sent}
				config := &tls.Config{
					InsecureSkipVerify: true,
					VerifyConnection:   func(tls.ConnectionState) error { cut.left = 0; return nil },
				}
				conn := tls.Client(cut, config)
				if _, err := conn.Read(make([]byte, 1)); err == nil {
					return fmt.Errorf("there were bytes to read")
				}
				return droppedInTime(w.Elapsed() - begin)
			}))
		}
		talking := newSimulatedClient(t, w, s, 30)
		talking.tls = &tls.Config{InsecureSkipVerify: true}
		hosts = append(hosts, w.Host("talking", talking.run))
		for _, h := range hosts {
			if !w.RunUntil(h.Done) || h.Err() != nil {
				t.Errorf("%s: %v", h.Name(), h.Err())
			}
		}
		w.Run(time.Second)
		s.check(t)
		if n := s.totals; n.timeouts != clients || n.handshakesFailed != clients || n.handshakes != 1 || len(s.clients) != 0 {
			t.Errorf("%d clients are left, totals %+v", len(s.clients), n)
		}
	})
}

func droppedInTime(took time.Duration) error {
	if took < 10*time.Second || took > 10*time.Second+100*time.Millisecond {
		return fmt.Errorf("dropped after %v", took)
	}
	return nil
}

// dripUntilDropped begins a long record and sends a byte of it now and then.
func dripUntilDropped(rt *eddy.Runtime, w *sim.World, stream *eddy.TCPStream) error {
	begin := w.Elapsed()
	for next := "\x16\x03\x01\x02\x00"; ; next = "x" {
		if _, err := io.WriteString(stream, next); err != nil {
			return err
		}
		stream.SetReadDeadline(rt.Now().Add(time.Second))
		if _, err := stream.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
			return droppedInTime(w.Elapsed() - begin)
		}
	}
}

// Pairs are replaced, good ones and bad ones, while clients connect and talk. Each new client sees the certificate that
// is in use, or one that came into use while he shook hands; those who are there go on.
func TestSimulatedReload(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *sim.World) {
		s, files := simulateTLS(t, w)
		w.SetFaults(sim.Faults{sim.SpuriousEvent: {Chance: 0.1}, sim.LateEvent: {Chance: 0.1}, sim.ShuffledTasks: {Chance: 0.5}})
		inUse := func() int64 { return s.certificate.Leaf.SerialNumber.Int64() }
		over := false

		staying := w.Host("staying", func(rt *eddy.Runtime) error {
			conn, err := dialSimulated(rt, s)
			if err != nil {
				return err
			}
			defer conn.Close()
			for !over {
				if err := echoByte(conn); err != nil {
					return err
				}
				if err := rt.Sleep(time.Second / 4); err != nil {
					return err
				}
			}
			return nil
		})
		var coming []*sim.Host
		for i := range 2 {
			coming = append(coming, w.Host(fmt.Sprint("coming", i), func(rt *eddy.Runtime) error {
				for !over {
					before := inUse()
					conn, err := dialSimulated(rt, s)
					if err != nil {
						return err
					}
					if n := conn.ConnectionState().PeerCertificates[0].SerialNumber.Int64(); n < before || n > inUse() {
						return fmt.Errorf("saw certificate %d, where %d to %d were in use", n, before, inUse())
					}
					if err := echoByte(conn); err != nil {
						return err
					}
					conn.Close()
					if err := rt.Sleep(time.Duration(w.Rand().Int64N(int64(time.Second)))); err != nil {
						return err
					}
				}
				return nil
			}))
		}

		handle := s.rt.Handle()
		defer handle.Release()
		for serial := int64(2); serial < 8; serial++ {
			w.Run(time.Duration(w.Rand().Int64N(int64(time.Second))))
			good := w.Rand().IntN(2) == 0
			before := inUse()
			if good {
				files.write(t, serial, tomorrow())
			} else if err := os.WriteFile(files.key, nil, 0o600); err != nil {
				t.Fatal(err)
			}
			for range 1 + w.Rand().IntN(3) {
				handle.Spawn(s.reload)
			}
			w.Run(time.Second)
			if want := map[bool]int64{true: serial, false: before}[good]; inUse() != want {
				t.Errorf("certificate %d is in use, not %d", inUse(), want)
			}
		}
		over = true
		for _, h := range append(coming, staying) {
			if !w.RunUntil(h.Done) || h.Err() != nil {
				t.Errorf("%s: %v", h.Name(), h.Err())
			}
		}
	})
}

// dialSimulated connects and makes the handshake. From a task of another host.
func dialSimulated(rt *eddy.Runtime, s *simulated) (*eddytls.Conn, error) {
	stream, err := rt.DialTCP(s.host.Address(7))
	if err != nil {
		return nil, err
	}
	conn := eddytls.Client(rt, stream, &tls.Config{InsecureSkipVerify: true})
	return conn, conn.Handshake()
}

func echoByte(conn net.Conn) error {
	one := []byte{1}
	if _, err := conn.Write(one); err != nil {
		return err
	}
	_, err := io.ReadFull(conn, one)
	return err
}
