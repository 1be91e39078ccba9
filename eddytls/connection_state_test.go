package eddytls_test

import (
	"testing"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/eddytls"
)

// F35: a goroutine that asks for the state at the moment at which a handshake begins does not wait for its end. It has
// found a fresh connection, and the tls.Conn holds its mutex already.
func TestConnectionStateDoesNotWaitForAHandshakeThatBegins(t *testing.T) {
	onLoop(t, func(t *testing.T, rt *eddy.Runtime) {
		client, server := connect(t, rt, clientConfig(), serverConfig())
		h := eddy.Spawn(rt, func() (struct{}, error) { return struct{}{}, eddytls.Below(client).Handshake() })
		untilWaiting(t, rt, 1)
		answer := make(chan bool, 1)
		go func() { answer <- client.ConnectionState().HandshakeComplete }()
		until(t, rt, "there is an answer", func() bool { return len(answer) == 1 })
		if <-answer {
			t.Error("it is complete")
		}
		must(t, server.Close())
		h.Join()
		must(t, client.Close())
	})
}

// A connection without a config can be asked too, before and after its handshake has failed.
func TestConnectionStateWithoutAConfig(t *testing.T) {
	onLoop(t, func(t *testing.T, rt *eddy.Runtime) {
		client, server := connect(t, rt, nil, nil)
		h := eddy.Spawn(rt, func() (struct{}, error) { return struct{}{}, server.Handshake() })
		must(t, client.NetConn().CloseWrite())
		if _, err := h.Join(); err == nil {
			t.Error("the server has shaken hands with nobody")
		}
		if err := client.Handshake(); err == nil {
			t.Error("the client trusts anybody")
		}
		for _, c := range []*eddytls.Conn{client, server} {
			if c.ConnectionState().HandshakeComplete {
				t.Error("it is complete")
			}
			must(t, c.Close())
		}
	})
}
