package esync_test

import (
	"slices"

	"pgregory.net/rapid"

	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/esync"
	"github.com/eddy-go/eddy/future"
)

// The moves of a chanModel: each does something to the Chan, and wants of it what the rules say.

func (m *chanModel) item() int {
	m.next++
	return m.next
}

func (m *chanModel) trySend(t *rapid.T) {
	v, want := m.item(), m.maySend()
	if got := m.c.TrySend(v); got != want {
		t.Fatalf("TrySend: %v", got)
	}
	if want {
		m.sent = append(m.sent, v)
	}
}

func (m *chanModel) sendFuture(t *rapid.T) {
	v, want := m.item(), m.maySend()
	s := &sender{item: v, Task: eddytest.NewTask(nil, m.c.SendFuture(v))}
	switch _, err := s.Poll(); {
	case want && err == nil:
		m.sent = append(m.sent, v)
	case m.closed && err == esync.ErrClosed:
	case !want && !m.closed && err == future.Pending:
		m.senders = append(m.senders, s)
	default:
		t.Fatalf("SendFuture: %v", err)
	}
}

// sendStraight is Send.
func (m *chanModel) sendStraight(t *rapid.T) {
	if m.closed || m.maySend() {
		m.trySend(t)
		return
	}
	s := &sender{item: m.item(), straight: true}
	var f future.Future[struct{}]
	f, s.gone = m.c.StraightSend(s.item)
	s.Task = eddytest.NewTask(nil, f)
	if _, err := s.Poll(); err != future.Pending {
		t.Fatalf("Send: %v", err)
	}
	m.senders = append(m.senders, s)
}

func (m *chanModel) tryReceive(t *rapid.T) {
	want := m.mayReceive()
	v, got := m.c.TryRecv()
	if got != want {
		t.Fatalf("TryRecv: %v", got)
	}
	if want {
		m.received = append(m.received, v)
	}
}

func (m *chanModel) receiveFuture(t *rapid.T) {
	want, over := m.mayReceive(), m.closed && m.inside() == 0
	task := eddytest.NewTask(nil, m.c.RecvFuture())
	switch v, err := task.Poll(); {
	case want && err == nil:
		m.received = append(m.received, v)
	case over && err == esync.ErrClosed:
	case !want && !over && err == future.Pending:
		m.receivers = append(m.receivers, task)
	default:
		t.Fatalf("RecvFuture: %v, %v", v, err)
	}
}

// receiveStraight is Recv.
func (m *chanModel) receiveStraight(t *rapid.T) {
	if m.mayReceive() || m.closed && m.inside() == 0 {
		m.tryReceive(t)
		return
	}
	task := eddytest.NewTask(nil, m.c.StraightRecv())
	if _, err := task.Poll(); err != future.Pending {
		t.Fatalf("Recv: %v", err)
	}
	m.receivers = append(m.receivers, task)
}

func (m *chanModel) pollSender(t *rapid.T) {
	i := which(t, len(m.senders))
	s := m.senders[i]
	woken := s.Woken()
	reserved := m.reserved()
	if woken && !s.straight {
		reserved--
	}
	room := m.room(reserved)
	switch _, err := s.Poll(); {
	case !woken && err == future.Pending:
		return
	case woken && s.straight && s.gone() && err == nil:
	case woken && !s.straight && !m.closed && room && err == nil:
		m.sent = append(m.sent, s.item)
	case woken && !s.straight && !m.closed && !room && err == future.Pending: // the receiver was cancelled
		return
	case woken && m.closed && err == esync.ErrClosed:
	default:
		t.Fatalf("a sender that was woken: %v, then %v", woken, err)
	}
	m.senders = slices.Delete(m.senders, i, i+1)
}

func (m *chanModel) pollReceiver(t *rapid.T) {
	i := which(t, len(m.receivers))
	task := m.receivers[i]
	woken, inside := task.Woken(), m.inside()
	switch v, err := task.Poll(); {
	case !woken && err == future.Pending:
		return
	case woken && inside > 0 && err == nil:
		m.received = append(m.received, v)
	case woken && inside == 0 && m.closed && err == esync.ErrClosed:
	default:
		t.Fatalf("a receiver that was woken: %v, then %v", woken, err)
	}
	m.receivers = slices.Delete(m.receivers, i, i+1)
}

func (m *chanModel) cancelSender(t *rapid.T) {
	i := which(t, len(m.senders))
	s := m.senders[i]
	m.noteGone()
	s.Cancel()
	m.senders = slices.Delete(m.senders, i, i+1)
}

func (m *chanModel) cancelReceiver(t *rapid.T) {
	i := which(t, len(m.receivers))
	m.receivers[i].Cancel()
	m.receivers = slices.Delete(m.receivers, i, i+1)
}

func (m *chanModel) close(t *rapid.T) {
	if !m.closed && rapid.IntRange(0, 9).Draw(t, "dice") > 0 {
		t.Skip("not yet")
	}
	if err := m.c.Close(); (err == nil) == m.closed || err != nil && err != esync.ErrClosed {
		t.Fatalf("Close: %v", err)
	}
	m.closed = true
}

func which(t *rapid.T, n int) int {
	if n == 0 {
		t.Skip("none")
	}
	return rapid.IntRange(0, n-1).Draw(t, "which")
}
