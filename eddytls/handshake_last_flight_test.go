package eddytls_test

import (
	"context"
	"crypto/tls"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/eddytls"
)

// F26: the context of a handshake ends it in its last flight too, which crypto/tls has made when it says that it is done. The
// peer takes nothing, and a long chain of certificates finds no room.
func TestHandshakeContextCoversTheLastFlight(t *testing.T) {
	onLoop(t, func(t *testing.T, rt *eddy.Runtime) {
		a, b := streams(t, rt)
		clientConfig, serverConfig := clientConfig(), serverConfig()
		chain := authority().cert
		for range 5000 {
			chain.Certificate = append(chain.Certificate, chain.Certificate[0])
		}
		clientConfig.Certificates = []tls.Certificate{chain}
		serverConfig.ClientAuth = tls.RequireAnyClientCert
		answering := eddy.Spawn(rt, func() (struct{}, error) {
			return struct{}{}, tls.Server(&deaf{TCPStream: b, rt: rt}, serverConfig).Handshake()
		})
		ctx, cancel := context.WithCancel(context.Background())
		client := eddytls.Client(rt, a, clientConfig)
		h := eddy.Spawn(rt, func() (struct{}, error) { return struct{}{}, client.HandshakeContext(ctx) })
		until(t, rt, "the client waits for room", func() bool {
			return slices.ContainsFunc(rt.Tasks(), func(task eddy.TaskInfo) bool { return strings.HasPrefix(task.Wait, "write ") })
		})
		go cancel()
		until(t, rt, "the handshake has ended", h.Done)
		if _, err := h.Join(); err != context.Canceled {
			t.Errorf("got %v", err)
		}
		if err := client.Handshake(); !errors.Is(err, context.Canceled) {
			t.Errorf("afterwards: %v", err)
		}
		answering.Cancel()
		answering.Join()
		_ = client.Close()
		must(t, b.Close())
	})
}

// deaf is a stream that reads no more as soon as it has written: a server that has got a hello and answers it.
type deaf struct {
	*eddy.TCPStream
	rt    *eddy.Runtime
	wrote bool
}

func (d *deaf) Write(p []byte) (int, error) {
	d.wrote = true
	return d.TCPStream.Write(p)
}

func (d *deaf) Read(p []byte) (int, error) {
	if d.wrote {
		return 0, d.rt.Sleep(time.Hour)
	}
	return d.TCPStream.Read(p)
}
