//go:build linux

package main

import (
	"io"
	"math/rand/v2"
	"net"
	"strings"
	"sync"
	"testing"
)

// serve runs a server of package net for a test and returns its address. handle has the number of the connection.
func serve(t *testing.T, handle func(conn *net.TCPConn, n int)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	all.Go(func() {
		for n := 0; ; n++ {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() {
				defer conn.Close()
				handle(conn.(*net.TCPConn), n)
			})
		}
	})
	t.Cleanup(func() { l.Close(); all.Wait() })
	return l.Addr().String()
}

// echo sends back what comes, changed by change.
func echo(conn net.Conn, change func(p []byte) []byte) {
	buf := make([]byte, 4096)
	for {
		n, err := conn.Read(buf)
		if _, failed := conn.Write(change(buf[:n])); err != nil || failed != nil {
			return
		}
	}
}

func unchanged(p []byte) []byte { return p }

func actorFor(t *testing.T, address string) *actor {
	return &actor{ctx: t.Context(), address: address, rng: rand.New(rand.NewPCG(1, 1)), ledger: newLedger(), most: 1 << 16}
}

var wellBehaved = map[string]func(*session) (ending, error){
	"talk": talk, "pipeline": pipeline, "half-close": halfClose, "byte by byte": bytewise, "slow": readSlowly, "urgent": urgent,
}

// A right server satisfies all clients, and the sums are exact where they can be.
func TestClientsOfARightServer(t *testing.T) {
	address := serve(t, func(conn *net.TCPConn, _ int) { echo(conn, unchanged) })
	a := actorFor(t, address)
	for name, act := range wellBehaved {
		a.connect(name, act)
	}
	a.connect("nothing", sayNothing)
	if n := int64(len(wellBehaved) + 1); a.ledger.endings[complete] != n || a.ledger.connections != exactly(n) || a.ledger.violations != nil {
		t.Errorf("%+v", a.ledger)
	}
	if a.ledger.bytes.least == 0 || a.ledger.bytes.least != a.ledger.bytes.most {
		t.Errorf("the bytes are %v", a.ledger.bytes)
	}
	for name, act := range map[string]func(*session) (ending, error){
		"never reads": neverRead, "leaves unread": leaveUnread, "vanishes": vanish, "silent": silent, "flood": flood,
	} {
		a.connect(name, act)
	}
	if a.ledger.endings[ownEnd] != 5 || a.ledger.violations != nil {
		t.Errorf("%+v", a.ledger)
	}
}

// A byte that is wrong, missing or too much is seen by every client that reads.
func TestClientsOfAServerThatChangesBytes(t *testing.T) {
	for name, change := range map[string]func(p []byte) []byte{
		"a bit": func(p []byte) []byte {
			if len(p) > 0 {
				p[len(p)-1] ^= 0x40
			}
			return p
		},
		"its own words": func(p []byte) []byte { return append([]byte("you said: "), p...) },
	} {
		address := serve(t, func(conn *net.TCPConn, _ int) { echo(conn, change) })
		for client, act := range wellBehaved {
			a := actorFor(t, address)
			a.connect(client, act)
			if a.ledger.endings[broken] != 1 || !strings.Contains(strings.Join(a.ledger.violations, "\n"), " got ") {
				t.Errorf("%s does not see %s: %+v", client, name, a.ledger)
			}
		}
	}
}

// What comes after the echo is seen by those who wait for the end.
func TestClientsThatGetMore(t *testing.T) {
	address := serve(t, func(conn *net.TCPConn, _ int) {
		echo(conn, unchanged)
		_, _ = conn.Write([]byte("and more"))
	})
	for client, act := range map[string]func(*session) (ending, error){"half-close": halfClose, "nothing": sayNothing, "slow": readSlowly} {
		a := actorFor(t, address)
		a.connect(client, act)
		if a.ledger.endings[broken] != 1 || !strings.Contains(strings.Join(a.ledger.violations, "\n"), "8 bytes after all of its own") {
			t.Errorf("%s: %+v", client, a.ledger)
		}
	}
}

// Bytes of another client are named as such.
func TestClientsThatGetEachOthersBytes(t *testing.T) {
	first := make(chan []byte, 1)
	address := serve(t, func(conn *net.TCPConn, n int) {
		p := make([]byte, 100)
		if _, err := io.ReadFull(conn, p); err != nil {
			t.Error(err)
		}
		if n == 0 {
			first <- p
		} else {
			p = <-first
		}
		_, _ = conn.Write(p)
	})
	hundred := func(s *session) (ending, error) {
		if err := s.send(100); err != nil {
			return "", err
		}
		return complete, s.receive(100)
	}
	a := actorFor(t, address)
	for range 2 {
		a.connect("hundred", hundred)
	}
	wrong := strings.Join(a.ledger.violations, "\n")
	if a.ledger.endings[complete] != 1 || a.ledger.endings[broken] != 1 || !strings.Contains(wrong, "offset 0 of connection") {
		t.Errorf("%+v", a.ledger)
	}
}

// A server that ends early is not forgiven by the client; an explanation is the round's business.
func TestClientsThatAreCutOff(t *testing.T) {
	address := serve(t, func(conn *net.TCPConn, _ int) { _, _ = io.CopyN(conn, conn, 1) })
	for client, act := range wellBehaved {
		a := actorFor(t, address)
		a.rng = rand.New(rand.NewPCG(3, 3)) // each sends more than a byte
		a.connect(client, act)
		if a.ledger.endings[cut] != 1 {
			t.Errorf("%s: %+v", client, a.ledger)
		}
	}
}

func TestNobodyListens(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	a := actorFor(t, l.Addr().String())
	a.connect("talk", talk)
	if a.ledger.endings[broken] != 1 || a.ledger.connections != (span{0, 1}) {
		t.Errorf("%+v", a.ledger)
	}
}
