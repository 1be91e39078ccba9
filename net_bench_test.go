//go:build unix

package eddy_test

import (
	"fmt"
	"io"
	"net"
	"runtime"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
)

// BenchmarkNetConnEcho is an echo between goroutines: over adapters, and over package net for comparison.
func BenchmarkNetConnEcho(b *testing.B) {
	for _, procs := range []int{1, runtime.NumCPU()} {
		b.Run(fmt.Sprintf("adapters/procs=%d", procs), func(b *testing.B) {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
			err := eddy.BlockOn(func(rt *eddy.Runtime) error {
				l, err := rt.ListenTCP("127.0.0.1:0")
				if err != nil {
					return err
				}
				h := rt.Handle()
				defer h.Release()
				_, err = eddy.Await(rt, eddy.Offload(rt, func() (struct{}, error) {
					listener := rt.NetListener(l)
					defer listener.Close()
					return struct{}{}, benchmarkEcho(b, listener, func() (net.Conn, error) {
						return h.DialContext(b.Context(), "tcp", listener.Addr().String())
					})
				}))
				return err
			})
			if err != nil {
				b.Fatal(err)
			}
		})
		b.Run(fmt.Sprintf("net/procs=%d", procs), func(b *testing.B) {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
			listener, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				b.Fatal(err)
			}
			defer listener.Close()
			if err := benchmarkEcho(b, listener, func() (net.Conn, error) { return net.Dial("tcp", listener.Addr().String()) }); err != nil {
				b.Fatal(err)
			}
		})
	}
}

func benchmarkEcho(b *testing.B, listener net.Listener, dial func() (net.Conn, error)) error {
	go func() {
		s, err := listener.Accept()
		if err != nil {
			return
		}
		defer s.Close()
		io.Copy(s, s)
	}()
	c, err := dial()
	if err != nil {
		return err
	}
	defer c.Close()
	message := make([]byte, 512)
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N {
		if _, err := c.Write(message); err != nil {
			return err
		}
		if _, err := io.ReadFull(c, message); err != nil {
			return err
		}
	}
	b.StopTimer()
	return nil
}

// BenchmarkNetConnDeadline sets a deadline that no operation waits under.
func BenchmarkNetConnDeadline(b *testing.B) {
	eddy.BlockOn(func(rt *eddy.Runtime) error {
		l, err := rt.ListenTCP("127.0.0.1:0")
		if err != nil {
			return err
		}
		defer l.Close()
		s, err := rt.DialTCP(l.Addr().String())
		if err != nil {
			return err
		}
		c := rt.NetConn(s)
		defer c.Close()
		b.ReportAllocs()
		for b.Loop() {
			c.SetDeadline(time.Time{})
		}
		return nil
	})
}
