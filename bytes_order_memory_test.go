//go:build unix

package eddy_test

import (
	"io"
	"net"
	"testing"

	"github.com/eddy-go/eddy"
)

// What a goroutine does before it sends bytes comes before what a task does that has received them, and the other way
// round, also for the race detector: this test shows it under -race, where package net's own connections do as well.
func TestBytesOrderMemory(t *testing.T) {
	sends := map[string]func(s *eddy.TCPStream, p []byte){
		"Write":        func(s *eddy.TCPStream, p []byte) { s.Write(p) },
		"WriteBuffers": func(s *eddy.TCPStream, p []byte) { s.WriteBuffers(&net.Buffers{nil, p}) },
	}
	for name, send := range sends {
		t.Run(name, func(t *testing.T) {
			forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
				l := got(rt.ListenTCP("127.0.0.1:0"))(t)
				defer l.Close()
				address := l.Addr().String()
				shared, ended := 0, make(chan struct{})
				go func() {
					defer close(ended)
					c, err := net.Dial("tcp", address)
					if err != nil {
						t.Error(err)
						return
					}
					defer c.Close()
					shared++
					c.Write(make([]byte, 1))
					io.ReadFull(c, make([]byte, 1))
					shared++
				}()
				s := got(l.AcceptTCP())(t)
				defer s.Close()
				got(s.Read(make([]byte, 1)))(t)
				shared++
				send(s, make([]byte, 1))
				got(io.Copy(io.Discard, s))(t) // until the goroutine has ended
				<-ended
				if shared != 3 {
					t.Errorf("shared is %d", shared)
				}
			})
		})
	}
}
