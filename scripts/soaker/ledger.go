//go:build linux

package main

import (
	"fmt"
	"sync"
)

// span is a number of which only the bounds are known: a client that goes away without reading knows what it has sent
// and what it has read, and the server's part lies between.
type span struct{ least, most int64 }

func exactly(n int64) span { return span{n, n} }

func (s span) plus(t span) span { return span{s.least + t.least, s.most + t.most} }

func (s span) holds(n int64) bool { return s.least <= n && n <= s.most }

func (s span) String() string {
	if s.least == s.most {
		return fmt.Sprint(s.least)
	}
	return fmt.Sprintf("%d to %d", s.least, s.most)
}

// ending is how a connection ended, as its client saw it.
type ending string

const (
	complete ending = "everything came back"
	ownEnd   ending = "ended by the client"
	dropped  ending = "dropped, as the client expected" // by the idle timeout
	cut      ending = "cut off"                         // before everything came back: something must explain it
	broken   ending = "violation"
)

// entry is what one client knows of its connection, or a tool of its connections.
type entry struct {
	kind        string
	ending      ending
	connections span
	sent        int64 // what the server may have read
	received    int64 // what it must have read and written
	violation   string
}

// ledger sums up what the clients of one round know.
type ledger struct {
	mu          sync.Mutex
	connections span
	bytes       span // read by the server, and written by it
	endings     map[ending]int64
	kinds       map[string]*kindSums
	violations  []string
}

// kindSums is what the closing table says of a kind of clients.
type kindSums struct{ connections, sent, received int64 }

func newLedger() *ledger {
	return &ledger{endings: map[ending]int64{}, kinds: map[string]*kindSums{}}
}

func (l *ledger) enter(e entry) {
	l.mu.Lock()
	defer l.mu.Unlock()
	bytes := span{e.received, e.sent}
	if e.ending == complete && e.received < e.sent {
		e.ending, e.violation = broken, fmt.Sprintf("%d bytes were sent and %d came back", e.sent, e.received)
	}
	l.connections = l.connections.plus(e.connections)
	l.bytes = l.bytes.plus(bytes)
	l.endings[e.ending]++
	l.kind(e.kind).add(kindSums{e.connections.most, e.sent, e.received})
	if e.violation != "" {
		l.violations = append(l.violations, e.kind+": "+e.violation)
	}
}

// allow adds bytes that a tool may have sent besides those that are known.
func (l *ledger) allow(n int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.bytes.most += n
}

func (l *ledger) kind(name string) *kindSums {
	k := l.kinds[name]
	if k == nil {
		k = &kindSums{}
		l.kinds[name] = k
	}
	return k
}

func (k *kindSums) add(o kindSums) {
	k.connections += o.connections
	k.sent += o.sent
	k.received += o.received
}

// merge adds another round's.
func (l *ledger) merge(o *ledger) {
	l.connections, l.bytes = l.connections.plus(o.connections), l.bytes.plus(o.bytes)
	for e, n := range o.endings {
		l.endings[e] += n
	}
	for name, k := range o.kinds {
		l.kind(name).add(*k)
	}
}

// settle compares the ledger with what the server has counted in the same round, from one moment without clients to
// another. explained is how many connections something has cut off that is known of.
func (l *ledger) settle(c counters, explained int64) []string {
	wrong := append([]string(nil), l.violations...)
	check := func(right bool, format string, args ...any) {
		if !right {
			wrong = append(wrong, fmt.Sprintf(format, args...))
		}
	}
	check(l.connections.holds(c["connections"]), "the clients made %v connections, the server counted %d", l.connections, c["connections"])
	check(l.bytes.holds(c["bytes_in"]), "the clients sent %v bytes, the server read %d", l.bytes, c["bytes_in"])
	check(l.bytes.holds(c["bytes_out"]), "%v bytes were due to the clients, the server wrote %d", l.bytes, c["bytes_out"])
	check(l.endings[cut]+l.endings[dropped] <= explained, "%d connections were cut off and %d dropped, of which %d are explained", l.endings[cut], l.endings[dropped], explained)
	return append(wrong, c.balance()...)
}

// balance checks what must hold between the server's own counters at any moment.
func (c counters) balance() []string {
	var wrong []string
	ended := c["left"] + c["failed"] + c["timeouts"] + c["panics"]
	if c["connections"] != ended+c["clients"] {
		wrong = append(wrong, fmt.Sprintf("of %d connections %d have ended (left %d, failed %d, timeouts %d, panics %d) and %d are open",
			c["connections"], ended, c["left"], c["failed"], c["timeouts"], c["panics"], c["clients"]))
	}
	// Bytes that were read go out, but for those that an open connection holds or one that failed has lost.
	lost := c["bytes_in"] - c["bytes_out"]
	if most := copyBuffer * (c["clients"] + c["failed"] + c["timeouts"] + c["panics"]); lost < 0 || lost > most {
		wrong = append(wrong, fmt.Sprintf("%d bytes were read and %d written: that loses more than the %d that failed connections can hold", c["bytes_in"], c["bytes_out"], most))
	}
	if c["panics"] != 0 {
		wrong = append(wrong, fmt.Sprintf("%d tasks have panicked", c["panics"]))
	}
	return wrong
}

// copyBuffer is the size of the buffer through which the server copies: what it may have read and not written.
const copyBuffer = 64 << 10
