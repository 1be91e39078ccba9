package eddytls_test

import (
	"crypto/tls"
	"io"
	"net"
	"sync"
	"testing"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/eddytls"
)

// echoers are the ways to have an echo over TLS between two tasks of one runtime.
var echoers = []struct {
	name           string
	client, server func(rt *eddy.Runtime, s *eddy.TCPStream, config *tls.Config) net.Conn
}{
	{
		"crypto/tls",
		func(_ *eddy.Runtime, s *eddy.TCPStream, config *tls.Config) net.Conn { return tls.Client(s, config) },
		func(_ *eddy.Runtime, s *eddy.TCPStream, config *tls.Config) net.Conn { return tls.Server(s, config) },
	},
	{
		"eddytls",
		func(rt *eddy.Runtime, s *eddy.TCPStream, config *tls.Config) net.Conn {
			return eddytls.Client(rt, s, config)
		},
		func(rt *eddy.Runtime, s *eddy.TCPStream, config *tls.Config) net.Conn {
			return eddytls.Server(rt, s, config)
		},
	},
}

// echoing runs body with a connection whose other end sends everything back, and a function that makes one round trip.
func echoing(t testing.TB, way int, size int, body func(echo func())) {
	err := eddy.BlockOn(func(rt *eddy.Runtime) error {
		l, err := rt.ListenTCP("127.0.0.1:0")
		if err != nil {
			return err
		}
		a, err := rt.DialTCP(l.Addr().String())
		if err != nil {
			return err
		}
		b, err := l.AcceptTCP()
		if err != nil {
			return err
		}
		server := echoers[way].server(rt, b, serverConfig())
		serving := rt.Spawn(func() {
			defer server.Close()
			buf := make([]byte, size)
			for {
				if _, err := io.ReadFull(server, buf); err != nil {
					return
				}
				if _, err := server.Write(buf); err != nil {
					t.Error(err)
				}
			}
		})
		conn := echoers[way].client(rt, a, clientConfig())
		message, buf := pattern(size), make([]byte, size)
		body(func() {
			if _, err := conn.Write(message); err != nil {
				t.Fatal(err)
			}
			if _, err := io.ReadFull(conn, buf); err != nil {
				t.Fatal(err)
			}
		})
		conn.Close()
		_, err = serving.Join()
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// An echo allocates no more than it does with crypto/tls on the same stream.
func TestEchoAllocatesNothingOfItsOwn(t *testing.T) {
	if !poolsKeep() {
		t.Skip("sync.Pool drops what it is given, as it does under the race detector")
	}
	var allocations [2]float64
	for way := range echoers {
		echoing(t, way, 512, func(echo func()) {
			for range 1000 { // small records first: see Config.DynamicRecordSizingDisabled
				echo()
			}
			allocations[way] = testing.AllocsPerRun(500, echo)
		})
	}
	t.Logf("crypto/tls: %v, eddytls: %v allocations", allocations[0], allocations[1])
	if allocations[1] > allocations[0] {
		t.Errorf("%v allocations, and %v with crypto/tls", allocations[1], allocations[0])
	}
}

// poolsKeep reports whether a sync.Pool gives back what it was given.
func poolsKeep() bool {
	made := 0
	pool := sync.Pool{New: func() any { made++; return new(int) }}
	for range 100 {
		pool.Put(pool.Get())
	}
	return made < 10
}

// One round trip, both ends counted.
func BenchmarkEcho(b *testing.B) {
	for _, size := range []struct {
		name  string
		bytes int
	}{{"512B", 512}, {"16KiB", 16 << 10}, {"64KiB", 64 << 10}} {
		for way, e := range echoers {
			b.Run(size.name+"/"+e.name, func(b *testing.B) {
				echoing(b, way, size.bytes, func(echo func()) {
					for range 200 {
						echo()
					}
					b.ReportAllocs()
					b.SetBytes(int64(2 * size.bytes))
					for b.Loop() {
						echo()
					}
				})
			})
		}
	}
}
