package esync_test

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/esync"
	"github.com/eddy-go/eddy/future"
)

// locking is a lock or semaphore as the model sees it: a number of permits, of which demands take some.
type locking struct {
	permits int64
	demands []int64
	try     func(n int64) bool
	future  func(n int64) eddy.Future[struct{}]
	release func(n int64)
}

var lockings = map[string]func() locking{
	"Mutex": func() locking {
		var m esync.Mutex
		return locking{
			1,
			[]int64{1},
			func(int64) bool { return m.TryLock() },
			func(int64) eddy.Future[struct{}] { return m.LockFuture() },
			func(int64) { m.Unlock() },
		}
	},
	"RWMutex": func() locking {
		var m esync.RWMutex
		return locking{
			math.MaxInt64,
			[]int64{1, 1, math.MaxInt64},
			func(n int64) bool {
				if n == 1 {
					return m.TryRLock()
				}
				return m.TryLock()
			},
			func(n int64) eddy.Future[struct{}] {
				if n == 1 {
					return m.RLockFuture()
				}
				return m.LockFuture()
			},
			func(n int64) {
				if n == 1 {
					m.RUnlock()
				} else {
					m.Unlock()
				}
			},
		}
	},
	"Semaphore": func() locking {
		s := esync.NewSemaphore(5)
		return locking{5, []int64{0, 1, 2, 3, 5}, s.TryAcquire, s.AcquireFuture, s.Release}
	},
}

// A permitModel is the rule in its simplest form: a line, and what is taken. Who comes while nobody stands in line and
// enough is free, takes; all others stand in line, and its head takes as soon as enough is free.
type permitModel struct {
	locking
	taken int64
	line  []*permitTask
	given []*permitTask // served, and not polled since
	held  []int64       // by those whose wait is over
}

type permitTask struct {
	*eddytest.Task[struct{}]
	n int64
}

func (m *permitModel) fits(n int64) bool { return n <= m.permits-m.taken }

func (m *permitModel) admit() {
	for len(m.line) > 0 && m.fits(m.line[0].n) {
		m.taken += m.line[0].n
		m.given = append(m.given, m.line[0])
		m.line = m.line[1:]
	}
}

// No permit is lost or doubled, whoever is cancelled and when; nobody overtakes; and those who are served, and no others,
// are woken.
func TestLocksAgainstModel(t *testing.T) {
	for name, fresh := range lockings {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				m := &permitModel{locking: fresh()}
				t.Repeat(map[string]func(*rapid.T){
					"try":            m.tryIt,
					"wait":           m.wait,
					"poll served":    m.pollServed,
					"poll waiting":   m.pollWaiting,
					"cancel served":  m.cancelServed,
					"cancel waiting": m.cancelWaiting,
					"give back":      m.giveBack,
					"":               m.check,
				})
			})
		})
	}
}

func (m *permitModel) draw(t *rapid.T) int64 { return rapid.SampledFrom(m.demands).Draw(t, "permits") }

func (m *permitModel) takes(n int64) bool {
	if len(m.line) > 0 || !m.fits(n) {
		return false
	}
	m.taken += n
	return true
}

func (m *permitModel) tryIt(t *rapid.T) {
	n := m.draw(t)
	want := m.takes(n)
	if got := m.try(n); got != want {
		t.Fatalf("try %d: %v", n, got)
	}
	if want {
		m.held = append(m.held, n)
	}
}

func (m *permitModel) wait(t *rapid.T) {
	n := m.draw(t)
	want := m.takes(n)
	w := &permitTask{eddytest.NewTask(nil, m.future(n)), n}
	switch _, err := w.Poll(); {
	case want && err == nil:
		m.held = append(m.held, n)
	case !want && err == future.Pending:
		m.line = append(m.line, w)
	default:
		t.Fatalf("a wait for %d: %v", n, err)
	}
}

// pick takes some wait out of the line, or out of those that were served.
func (m *permitModel) pick(t *rapid.T, from *[]*permitTask) (w *permitTask, i int) {
	if len(*from) == 0 {
		t.Skip("none")
	}
	i = rapid.IntRange(0, len(*from)-1).Draw(t, "which")
	return (*from)[i], i
}

func (m *permitModel) pollServed(t *rapid.T) {
	w, i := m.pick(t, &m.given)
	if _, err := w.Poll(); err != nil {
		t.Fatalf("served, and %v", err)
	}
	m.given = slices.Delete(m.given, i, i+1)
	m.held = append(m.held, w.n)
}

// pollWaiting polls without a reason.
func (m *permitModel) pollWaiting(t *rapid.T) {
	w, _ := m.pick(t, &m.line)
	if _, err := w.Poll(); err != future.Pending {
		t.Fatalf("in line, and %v", err)
	}
}

func (m *permitModel) cancelServed(t *rapid.T) {
	w, i := m.pick(t, &m.given)
	w.Cancel()
	m.given = slices.Delete(m.given, i, i+1)
	m.taken -= w.n
	m.admit()
}

func (m *permitModel) cancelWaiting(t *rapid.T) {
	w, i := m.pick(t, &m.line)
	w.Cancel()
	m.line = slices.Delete(m.line, i, i+1)
	m.admit()
}

func (m *permitModel) giveBack(t *rapid.T) {
	if len(m.held) == 0 {
		t.Skip("none")
	}
	i := rapid.IntRange(0, len(m.held)-1).Draw(t, "which")
	n := m.held[i]
	m.held = slices.Delete(m.held, i, i+1)
	m.taken -= n
	m.admit()
	m.release(n)
}

func (m *permitModel) check(t *rapid.T) {
	for i, w := range m.line {
		if w.Woken() {
			t.Fatalf("number %d in line was woken", i)
		}
	}
	for i, w := range m.given {
		if w.Wakes() != 1 {
			t.Fatalf("number %d of those that were served has %d wakes", i, w.Wakes())
		}
	}
}
