package properties_test

import (
	"slices"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/esync"
	"github.com/eddy-go/eddy/future"
	"github.com/eddy-go/eddy/sim"
)

// workshop is what tasks share that lock, take permits and hand over items. It keeps account of who is inside, and of
// each item, so that it is noticed if a lock, a permit or an item is lost or doubled, whoever is cancelled and when.
type workshop struct {
	t  *testing.T
	w  *sim.World
	rt *eddy.Runtime

	bench   esync.Mutex
	book    esync.RWMutex
	tools   *esync.Semaphore
	parts   *esync.Chan[int]
	present esync.WaitGroup

	atBench, reading, writing int
	inUse                     int64
	last                      int // part that was made
	sent, received            []int
}

const toolCount = 3

func newWorkshop(t *testing.T, w *sim.World, rt *eddy.Runtime) *workshop {
	return &workshop{
		t: t, w: w, rt: rt,
		tools: esync.NewSemaphore(toolCount),
		parts: esync.NewChan[int](w.Rand().IntN(3)),
	}
}

// visit comes by every kind of wait, some of them as futures and under a timeout, in any order. It ends at the first
// error that is not such a timeout's.
func (s *workshop) visit() error {
	s.present.Add(1)
	defer s.present.Done()
	stops := []func() error{
		s.useBench, s.write, s.read, s.useTools, s.send, s.send, s.receive, s.useBenchInTime, s.readInTime, s.sendInTime,
		s.sendInTime, s.receiveInTime, s.receiveOneOfTwo, s.meet,
	}
	for _, i := range s.w.Rand().Perm(2 * len(stops)) {
		if err := stops[i%len(stops)](); err != nil {
			return err
		}
	}
	return nil
}

// nap is a wait inside of what is locked.
func (s *workshop) nap() error { return s.rt.Sleep(upTo(s.w, 20*time.Microsecond)) }

// patience is how long somebody waits who does not wait for ever.
func (s *workshop) patience() time.Duration { return upTo(s.w, 60*time.Microsecond) }

// hold is what somebody does who has come in: counter counts those inside, and allowed says whether that many may be.
func (s *workshop) hold(what string, counter *int, allowed func() bool) error {
	*counter++
	defer func() { *counter-- }()
	if !allowed() {
		s.t.Errorf("%s: too many inside", what)
	}
	err := s.nap()
	if !allowed() {
		s.t.Errorf("%s: too many inside after a nap", what)
	}
	return err
}

func (s *workshop) work() error {
	return s.hold("the bench", &s.atBench, func() bool { return s.atBench == 1 })
}

func (s *workshop) useBench() error {
	if err := s.bench.Lock(s.rt); err != nil {
		return err
	}
	defer s.bench.Unlock()
	return s.work()
}

func (s *workshop) useBenchInTime() error {
	if _, err := eddy.Await(s.rt, eddy.Timeout(s.patience(), s.bench.LockFuture())); err != nil {
		return s.unlessLate(err)
	}
	defer s.bench.Unlock()
	return s.work()
}

func (s *workshop) write() error {
	if err := s.book.Lock(s.rt); err != nil {
		return err
	}
	defer s.book.Unlock()
	return s.hold("writing", &s.writing, func() bool { return s.writing == 1 && s.reading == 0 })
}

func (s *workshop) look() error {
	return s.hold("reading", &s.reading, func() bool { return s.writing == 0 })
}

func (s *workshop) read() error {
	if err := s.book.RLock(s.rt); err != nil {
		return err
	}
	defer s.book.RUnlock()
	return s.look()
}

func (s *workshop) readInTime() error {
	if _, err := eddy.Await(s.rt, eddy.Timeout(s.patience(), s.book.RLockFuture())); err != nil {
		return s.unlessLate(err)
	}
	defer s.book.RUnlock()
	return s.look()
}

func (s *workshop) useTools() error {
	n := int64(1 + s.w.Rand().IntN(toolCount))
	if err := s.tools.Acquire(s.rt, n); err != nil {
		return err
	}
	defer s.tools.Release(n)
	s.inUse += n
	defer func() { s.inUse -= n }()
	if s.inUse > toolCount {
		s.t.Errorf("%d tools are in use", s.inUse)
	}
	return s.nap()
}

// part makes an item that nobody else has made.
func (s *workshop) part() int {
	s.last++
	return s.last
}

func (s *workshop) send() error {
	part := s.part()
	err := s.parts.Send(s.rt, part)
	if err == nil {
		s.sent = append(s.sent, part)
	}
	return err
}

func (s *workshop) sendInTime() error {
	part := s.part()
	_, err := eddy.Await(s.rt, eddy.Timeout(s.patience(), s.parts.SendFuture(part)))
	if err == nil {
		s.sent = append(s.sent, part)
	}
	return s.unlessLate(err)
}

func (s *workshop) receive() error {
	var part int
	err := s.rt.WithTimeout(s.patience(), func() (err error) {
		part, err = s.parts.Recv(s.rt)
		return err
	})
	if err == nil {
		s.received = append(s.received, part)
	}
	return s.unlessLate(err)
}

func (s *workshop) receiveInTime() error {
	part, err := eddy.Await(s.rt, eddy.Timeout(s.patience(), s.parts.RecvFuture()))
	if err == nil {
		s.received = append(s.received, part)
	}
	return s.unlessLate(err)
}

// receiveOneOfTwo waits for two items at once and takes one.
func (s *workshop) receiveOneOfTwo() error {
	either := future.Race(s.parts.RecvFuture(), s.parts.RecvFuture())
	part, err := eddy.Await(s.rt, eddy.Timeout(s.patience(), either))
	if err == nil {
		s.received = append(s.received, part)
	}
	return s.unlessLate(err)
}

// meet waits for somebody who comes later.
func (s *workshop) meet() error {
	var g esync.WaitGroup
	g.Add(2)
	for range 2 {
		s.rt.Spawn(func() {
			defer g.Done()
			_ = s.nap()
		})
	}
	return g.Wait(s.rt)
}

// unlessLate forgives what a timeout has ended, in a task that goes on.
func (s *workshop) unlessLate(err error) error {
	if s.rt.Context().Err() == nil {
		return nil
	}
	return err
}

// collect receives until the workshop closes, and is slow.
func (s *workshop) collect() {
	for part := range s.parts.All(s.rt) {
		s.received = append(s.received, part)
		_ = s.nap()
	}
}

// closeUp is for a workshop whose visitors have left.
func (s *workshop) closeUp(collector *eddy.JoinHandle[struct{}], when string) error {
	if err := s.present.Wait(s.rt); err != nil {
		return err
	}
	if err := s.parts.Close(); err != nil {
		return err
	}
	if _, err := collector.Join(); err != nil {
		return err
	}
	s.tidy(when)
	return nil
}

// tidy wants all that was taken to be given back, and each item that was sent to have been received once.
func (s *workshop) tidy(when string) {
	if !s.bench.TryLock() {
		s.t.Errorf("%s: the bench is locked still", when)
	}
	if !s.book.TryLock() {
		s.t.Errorf("%s: the book is locked still", when)
	}
	if !s.tools.TryAcquire(toolCount) {
		s.t.Errorf("%s: tools are missing", when)
	}
	slices.Sort(s.sent)
	slices.Sort(s.received)
	if !slices.Equal(s.sent, s.received) {
		s.t.Errorf("%s: sent %v, received %v", when, s.sent, s.received)
	}
}
