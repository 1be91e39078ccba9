//go:build linux

package main

import (
	"strings"
	"testing"
)

// round is the ledger of three clients, and what a server that has served them counts.
func round() (*ledger, counters) {
	l := newLedger()
	l.enter(entry{kind: "talk", ending: complete, connections: exactly(1), sent: 100, received: 100})
	l.enter(entry{kind: "vanish", ending: ownEnd, connections: exactly(1), sent: 50, received: 20})
	l.enter(entry{kind: "silent", ending: dropped, connections: exactly(1), sent: 0, received: 0})
	return l, counters{"connections": 3, "left": 1, "failed": 1, "timeouts": 1, "bytes_in": 140, "bytes_out": 130}
}

func TestRightRoundSettles(t *testing.T) {
	l, c := round()
	if wrong := l.settle(c, 1); wrong != nil {
		t.Error(wrong)
	}
}

// Each number that is wrong by one is a violation.
func TestWrongRoundDoesNotSettle(t *testing.T) {
	for _, test := range []struct {
		name, says string
		change     func(l *ledger, c counters) (explained int64)
	}{
		{"a connection too many", "3 connections, the server counted 4", func(_ *ledger, c counters) int64 { c["connections"]++; c["left"]++; return 1 }},
		{"a byte that nobody sent", "120 to 150 bytes, the server read 151", func(_ *ledger, c counters) int64 { c["bytes_in"] = 151; return 1 }},
		{"a byte that was not counted", "120 to 150 bytes were due to the clients, the server wrote 119", func(_ *ledger, c counters) int64 { c["bytes_out"] = 119; return 1 }},
		{"a drop without a timeout", "1 dropped, of which 0 are explained", func(*ledger, counters) int64 { return 0 }},
		{"a connection cut off", "1 connections were cut off", func(l *ledger, c counters) int64 {
			l.enter(entry{kind: "talk", ending: cut, connections: exactly(1)})
			c["connections"]++
			c["failed"]++
			return 1
		}},
		{"an echo that lacks a byte", "talk: 10 bytes were sent and 9 came back", func(l *ledger, c counters) int64 {
			l.enter(entry{kind: "talk", ending: complete, connections: exactly(1), sent: 10, received: 9})
			c["connections"]++
			c["left"]++
			return 1
		}},
		{"a client that is still there", "and 1 are open", func(_ *ledger, c counters) int64 { c["clients"]++; return 1 }},
		{"bytes written that were not read", "130 bytes were read and 131 written", func(_ *ledger, c counters) int64 { c["bytes_in"], c["bytes_out"] = 130, 131; return 1 }},
		{"bytes lost", "that loses more", func(_ *ledger, c counters) int64 { c["bytes_in"] += 2*copyBuffer + 1; return 1 }},
		{"a panic", "1 tasks have panicked", func(_ *ledger, c counters) int64 { c["panics"]++; c["left"]--; return 1 }},
	} {
		l, c := round()
		explained := test.change(l, c)
		if wrong := strings.Join(l.settle(c, explained), "\n"); !strings.Contains(wrong, test.says) {
			t.Errorf("%s: %q does not say %q", test.name, wrong, test.says)
		}
	}
}

func TestMerge(t *testing.T) {
	all := newLedger()
	for range 2 {
		l, _ := round()
		all.merge(l)
	}
	if all.connections != exactly(6) || all.bytes != (span{240, 300}) || all.endings[complete] != 2 || *all.kinds["vanish"] != (kindSums{2, 100, 40}) {
		t.Errorf("%+v", all)
	}
}
