package future_test

import (
	"testing"

	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/future"
)

// A leaf is a future whose course the test decides. It counts what is done to it.
type leaf struct {
	value   int
	err     error
	done    bool                       // the next Poll is the last
	outside bool                       // wait for waker rather than local
	during  func(cx *future.Context)   // runs inside each Poll
	trace   func(what string, l *leaf) // hears of each poll and cancel

	polls, cancels int
	local          future.LocalWaker // of the latest pending Poll
	waker          future.Waker
}

func (l *leaf) Poll(cx *future.Context) (int, error) {
	l.polls++
	l.tell("poll")
	if l.during != nil {
		l.during(cx)
	}
	if l.done {
		return l.value, l.err
	}
	if l.outside {
		l.waker = cx.Waker()
	} else {
		l.local = cx.LocalWaker()
	}
	return 0, future.Pending
}

func (l *leaf) Cancel() {
	l.cancels++
	l.tell("cancel")
}

func (l *leaf) tell(what string) {
	if l.trace != nil {
		l.trace(what, l)
	}
}

// finish makes the leaf ready with v and wakes whoever waits.
func (l *leaf) finish(v int) {
	l.value, l.done = v, true
	l.local.Wake()
	l.waker.Wake()
}

// fail makes the leaf ready with err and wakes whoever waits.
func (l *leaf) fail(err error) {
	l.err = err
	l.finish(0)
}

// leaves makes n leaves, and the same as futures.
func leaves(n int) ([]*leaf, []future.Future[int]) {
	ls, fs := make([]*leaf, n), make([]future.Future[int], n)
	for i := range ls {
		ls[i] = &leaf{}
		fs[i] = ls[i]
	}
	return ls, fs
}

// wantCounts says how often each leaf was to be polled and cancelled.
func wantCounts(t *testing.T, ls []*leaf, polls, cancels []int) {
	t.Helper()
	for i, l := range ls {
		if l.polls != polls[i] || l.cancels != cancels[i] {
			t.Errorf("future %d: %d polls, %d cancels; want %d, %d", i, l.polls, l.cancels, polls[i], cancels[i])
		}
	}
}

// wantPending polls once and wants no result.
func wantPending[T any](t *testing.T, task *eddytest.Task[T]) {
	t.Helper()
	if v, err := task.Poll(); err != future.Pending {
		t.Fatalf("Poll = %v, %v; want Pending", v, err)
	}
}

// wantValue polls once and wants the value.
func wantValue[T comparable](t *testing.T, task *eddytest.Task[T], want T) {
	t.Helper()
	if v, err := task.Poll(); err != nil || v != want {
		t.Fatalf("Poll = %v, %v; want %v", v, err, want)
	}
}

// wantError polls once and wants that very error and the zero value.
func wantError[T any](t *testing.T, task *eddytest.Task[T], want error) {
	t.Helper()
	if v, err := task.Poll(); err != want {
		t.Fatalf("Poll = %v, %v; want error %v", v, err, want)
	}
}

// wantPanic runs fn and wants it to panic; it returns the value.
func wantPanic(t *testing.T, fn func()) (value any) {
	t.Helper()
	defer func() {
		t.Helper()
		if value = recover(); value == nil {
			t.Error("no panic")
		}
	}()
	fn()
	return nil
}

// A kind is a combinator over n children of type int, for tests of what all combinators share.
type kind struct {
	name  string
	n     int
	races bool // ends with the first result
	// make returns it as a future of nothing but its end.
	make func(fs []future.Future[int]) future.Future[struct{}]
}

func end[T any](f future.Future[T]) future.Future[struct{}] {
	return &ended[T]{f}
}

// ended drops a future's value, without a combinator's help.
type ended[T any] struct{ f future.Future[T] }

func (e *ended[T]) Poll(cx *future.Context) (struct{}, error) {
	_, err := e.f.Poll(cx)
	return struct{}{}, err
}

func (e *ended[T]) Cancel() { e.f.Cancel() }

// groups are the combinators that poll several children at the same time.
var groups = []kind{
	{"Join2", 2, false, func(fs []future.Future[int]) future.Future[struct{}] { return end(future.Join2(fs[0], fs[1])) }},
	{"Join3", 3, false, func(fs []future.Future[int]) future.Future[struct{}] {
		return end(future.Join3(fs[0], fs[1], fs[2]))
	}},
	{"JoinAll", 4, false, func(fs []future.Future[int]) future.Future[struct{}] { return end(future.JoinAll(fs...)) }},
	{"Race", 4, true, func(fs []future.Future[int]) future.Future[struct{}] { return end(future.Race(fs...)) }},
	{"Select2", 2, true, func(fs []future.Future[int]) future.Future[struct{}] { return end(future.Select2(fs[0], fs[1])) }},
	{"Select3", 3, true, func(fs []future.Future[int]) future.Future[struct{}] {
		return end(future.Select3(fs[0], fs[1], fs[2]))
	}},
}

// wrappers are the combinators over one future at a time.
var wrappers = []kind{
	{"Map", 1, false, func(fs []future.Future[int]) future.Future[struct{}] {
		return end(future.Map(fs[0], func(v int) (int, error) { return v, nil }))
	}},
	{"Then", 1, false, func(fs []future.Future[int]) future.Future[struct{}] {
		return end(future.Then(fs[0], future.Ready[int]))
	}},
	{"Then's second", 1, false, func(fs []future.Future[int]) future.Future[struct{}] {
		return end(future.Then(future.Ready(0), func(int) future.Future[int] { return fs[0] }))
	}},
}

// forEach runs a test on each kind, with fresh leaves.
func forEach(t *testing.T, kinds []kind, test func(t *testing.T, k kind, ls []*leaf, task *eddytest.Task[struct{}])) {
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			ls, fs := leaves(k.n)
			test(t, k, ls, eddytest.NewTask(t, k.make(fs)))
		})
	}
}

// each returns n times v.
func each(n, v int) []int {
	s := make([]int, n)
	for i := range s {
		s[i] = v
	}
	return s
}
