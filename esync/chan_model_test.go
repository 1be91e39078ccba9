package esync_test

import (
	"errors"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/esync"
)

// A chanModel does anything at all to a Chan, and keeps account of the items and of who waits.
type chanModel struct {
	c        *esync.Chan[int]
	capacity int
	closed   bool
	next     int   // the item that is sent next
	sent     []int // in the order in which they went out
	received []int

	senders   []*sender // those that wait, in the order in which they came
	receivers []*eddytest.Task[int]
}

// A sender waits to send its item. The item of one that is straight-line code may go out between its polls.
type sender struct {
	*eddytest.Task[struct{}]
	item     int
	straight bool
	gone     func() bool
	noted    bool // among those that were sent
}

// No item is lost, doubled or overtaken; nobody waits for an item or a place that is there, unless it was woken; and
// there is never more in a Chan than may be.
func TestChanAgainstModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		capacity := rapid.IntRange(0, 3).Draw(t, "capacity")
		m := &chanModel{c: esync.NewChan[int](capacity), capacity: capacity}
		t.Repeat(map[string]func(*rapid.T){
			"send":               m.sendFuture,
			"send straight":      m.sendStraight,
			"receive":            m.receiveFuture,
			"receive straight":   m.receiveStraight,
			"try to send":        m.trySend,
			"try to receive":     m.tryReceive,
			"poll a sender":      m.pollSender,
			"poll a receiver":    m.pollReceiver,
			"poll a receiver 2":  m.pollReceiver,
			"cancel a sender":    m.cancelSender,
			"cancel a receiver":  m.cancelReceiver,
			"close, now or then": m.close,
			"":                   m.check,
		})
		m.drain(t)
	})
}

// inside is how many items are there, spoken for or not.
func (m *chanModel) inside() int { return len(m.sent) - len(m.received) }

// called is how many receivers were woken for an item. One that was woken because none will come is woken when nothing
// is inside.
func (m *chanModel) called() int {
	if m.inside() == 0 {
		return 0
	}
	return countWoken(m.receivers)
}

// reserved is how many senders were woken for a place.
func (m *chanModel) reserved() (n int) {
	for _, s := range m.senders {
		if !s.straight && s.Woken() {
			n++
		}
	}
	return n
}

// room reports whether one item more may go out, if the reserved places are those of so many.
func (m *chanModel) room(reserved int) bool {
	return m.inside()+reserved-len(m.receivers) < m.capacity
}

func (m *chanModel) maySend() bool {
	return !m.closed && m.firstSender() == nil && m.room(m.reserved())
}

func (m *chanModel) mayReceive() bool {
	if m.inside() > m.called() {
		return true
	}
	first := m.firstSender()
	return first != nil && first.straight && countWoken(m.receivers) == len(m.receivers) && m.inside()+m.reserved()-m.called() <= m.capacity
}

// firstSender is the first in line: woken ones have left it.
func (m *chanModel) firstSender() *sender {
	for _, s := range m.senders {
		if !s.Woken() {
			return s
		}
	}
	return nil
}

func countWoken(tasks []*eddytest.Task[int]) (n int) {
	for _, task := range tasks {
		if task.Woken() {
			n++
		}
	}
	return n
}

// noteGone adds the items that have gone out between two polls, in the order of their line.
func (m *chanModel) noteGone() {
	for _, s := range m.senders {
		if s.straight && !s.noted && s.gone() {
			s.noted = true
			m.sent = append(m.sent, s.item)
		}
	}
}

func (m *chanModel) check(t *rapid.T) {
	m.noteGone()
	if n := len(m.received); n > len(m.sent) || !slices.Equal(m.received, m.sent[:n]) {
		t.Fatalf("sent %v, received %v", m.sent, m.received)
	}
	if got, want := m.c.Len(), m.inside()-m.called(); got != want {
		t.Fatalf("Len is %d; want %d", got, want)
	}
	woken := countWoken(m.receivers)
	for i, task := range m.receivers {
		if task.Woken() != (i < woken) {
			t.Fatalf("%d of %d receivers were woken, and not those in front", woken, len(m.receivers))
		}
	}
	waiting := m.firstSender()
	switch {
	case woken < len(m.receivers) && m.c.Len() > 0:
		t.Fatal("a receiver waits, and an item is there")
	case woken < len(m.receivers) && m.closed && m.inside() == 0:
		t.Fatal("a receiver waits for what will not come")
	case waiting != nil && m.room(m.reserved()):
		t.Fatal("a sender waits, and a place is there")
	case waiting != nil && m.closed:
		t.Fatal("a sender waits, and the channel is closed")
	}
}

// drain receives what is left, and wants it to be all that was sent.
func (m *chanModel) drain(t *rapid.T) {
	if err := m.c.Close(); err != nil && !errors.Is(err, esync.ErrClosed) {
		t.Fatal(err)
	}
	m.closed = true
	for _, s := range m.senders {
		if _, err := s.Poll(); err != esync.ErrClosed && (err != nil || !s.straight || !s.gone()) {
			t.Fatalf("a sender: %v", err)
		}
	}
	m.noteGone()
	m.senders = nil
	for len(m.receivers) > 0 {
		v, err := m.receivers[0].Poll()
		m.receivers = m.receivers[1:]
		switch err {
		case nil:
			m.received = append(m.received, v)
		case esync.ErrClosed:
		default:
			t.Fatalf("a receiver: %v", err)
		}
	}
	for m.inside() > 0 {
		m.tryReceive(t)
	}
	m.check(t)
}
