package main

import (
	"io"
	"strings"
	"testing"
	"time"
)

// F18: the handshakes of those who queue at a full server do not add up: the stop has one limit for all of them.
func TestStopWithAQueueOfUnfinishedHandshakes(t *testing.T) {
	const clients = 30
	h, _ := serveTLS(t, func(s *server) {
		s.options.maxConns, s.options.shutdownTimeout = 1, clients/2*lastHandshakeLimit
	})
	for range clients {
		dial(t, h.addr[0])
	}
	if err := h.stop(t); err != nil {
		t.Error(err)
	}
	if n := h.totals; n.connections != clients || n.timeouts != clients || n.handshakesFailed != clients {
		t.Errorf("totals %+v", n)
	}
	if log := h.log.String(); strings.Count(log, " limit=1s") != clients || strings.Contains(log, "idle=") {
		t.Errorf("the log:\n%s", log)
	}
}

// A client who does not read what he asked for is dropped by the idle timeout during the stop, too.
func TestStopWithATLSClientWhoDoesNotRead(t *testing.T) {
	h, _ := serveTLS(t, func(s *server) { s.options.idleTimeout = 200 * time.Millisecond })
	c := dialTLS(t, h.addr[0])
	go io.Copy(c, neverEnding{}) // it ends with the connection
	for stuck := false; !stuck; {
		h.ask(t, func() { stuck = h.totals.bytesIn > h.totals.bytesOut })
	}
	if err := h.stop(t); err != nil {
		t.Error(err)
	}
	c.NetConn().Close()
}

// neverEnding is a reader of zeros.
type neverEnding struct{}

func (neverEnding) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
