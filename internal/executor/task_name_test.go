package executor

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/eddy-go/eddy/future"
)

// wantNames fails the test unless the tasks have these names, in the order of their spawns.
func (r *rig) wantNames(when string, want ...string) {
	r.t.Helper()
	var got []string
	for _, info := range r.ex.Tasks() {
		got = append(got, info.Name)
	}
	if strings.Join(got, "|") != strings.Join(want, "|") {
		r.t.Errorf("%s: the tasks are %q, want %q", when, got, want)
	}
}

// A name shows wherever the task is named, with the function. It may hold anything and is quoted.
func TestNameInDumps(t *testing.T) {
	r := newRig(t)
	line := regexp.MustCompile(`go:[0-9]+`) // the test's own line numbers
	joined := r.spawn(func() { Await[int](r.ex, &namedLeaf{}) }).Named("client\n7")
	r.spawn(func() { joined.Join() }).Named("joins")
	SpawnFuture[int](r.ex, &leaf{}).Named("a future")
	SpawnPlain(r.ex, func() {
		r.ex.SetName("dumps")
		want := []string{
			`task 1 "client\n7" (executor.TestNameInDumps.func1 inspect_test.go:N): waiting for a letter`,
			`task 2 "joins" (executor.TestNameInDumps.func2 inspect_test.go:N): waiting for task 1 "client\n7" (executor.TestNameInDumps.func1 inspect_test.go:N)`,
			`task 3 "a future" (*executor.leaf): waiting`,
			`task 4 "dumps" (executor.TestNameInDumps.func3 inspect_test.go:N): running`,
		}
		for i, info := range r.ex.Tasks() {
			want := strings.ReplaceAll(want[i], "inspect_test", "task_name_test")
			if got := line.ReplaceAllString(info.String(), "go:N"); got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		}
		if got := r.ex.Running().String(); !strings.HasPrefix(got, `task 4 "dumps" (executor.`) {
			t.Errorf("the running task is %s", got)
		}
	})
	r.run()
	r.end()
}

// The last name counts, whoever gives it and when; "" takes it away. A handle of a task that has ended names nobody,
// least of all the task that has its memory now.
func TestLastNameCounts(t *testing.T) {
	r := newRig(t)
	first := SpawnPlain(r.ex, func() { Await[int](r.ex, &leaf{}) })
	if first.Named("before the first poll") != first {
		t.Error("Named returns another handle")
	}
	r.wantNames("before the first poll", "before the first poll")
	r.run()
	first.Named("while it waits")
	r.wantNames("while it waits", "while it waits")
	first.Named("")
	if name := r.ex.Tasks()[0].Name; name != r.ex.Tasks()[0].Function || name == "" {
		t.Errorf("without a name it is %q", name)
	}
	first.Named("again")
	r.end()
	first.Named("too late")
	if name := first.task.givenName(); name != "again" {
		t.Errorf("a task that has ended is called %q", name)
	}
	r.ex.Refuse()
	SpawnPlain(r.ex, func() {}).Named("refused")
}

// Names are not inherited.
func TestNameIsNotInherited(t *testing.T) {
	r := newRig(t)
	r.spawn(func() {
		r.ex.SetName("parent")
		SpawnPlain(r.ex, func() { r.ex.SetName("child"); Await[int](r.ex, &leaf{}) })
		Await[int](r.ex, SpawnFuture[int](r.ex, &leaf{}).Joined())
	})
	r.wantNames("in the end", "parent", "child", "*executor.leaf")
	r.end()
}

// A coroutine that goes on after its task has dropped it keeps the name.
func TestAdoptedCoroutineKeepsItsName(t *testing.T) {
	r := newRig(t)
	l := &leaf{}
	code := Async(r.ex, func() (int, error) {
		for range 2 * pollBudget { // ends nothing, and so parks again while it is cancelled
			Await[int](r.ex, l)
		}
		return 0, nil
	})
	r.spawnLater(func() {
		r.ex.SetName("parent")
		r.ex.SetLocal(l, "value")
		Await(r.ex, future.Race(code, Async(r.ex, func() (int, error) { return 1, nil })))
		Await[int](r.ex, l)
	})
	r.ex.PollReady(1)
	if infos := r.ex.Tasks(); len(infos) != 2 || infos[1].Name != "parent" {
		t.Fatalf("the tasks are %v", infos)
	}
	if orphan := r.ex.live.last; orphan.locals() == nil || orphan.locals().value != "value" {
		t.Error("it has lost its values")
	}
	r.end()
}

// OnPanic learns the name.
func TestPanicTellsTheName(t *testing.T) {
	r := newRig(t)
	r.panicsExpected = true
	SpawnPlain(r.ex, func() { panic("boom") }).Named("client 7")
	r.run()
	if len(r.panics) != 1 || r.panics[0].info.Name != "client 7" || !strings.Contains(r.panics[0].info.Function, "TestPanicTellsTheName") {
		t.Errorf("OnPanic got %+v", r.panics)
	}
}

// F22: the report of a slow poll has the name, wherever it was given: before the first poll, between two, and in the
// poll that is slow.
func TestSlowPollTellsTheName(t *testing.T) {
	r := newRig(t)
	l := r.watch(t)
	slow := func(want string) {
		t.Helper()
		l.look(time.Hour)
		l.look(time.Hour)
		l.look(0)
		if s := l.take(); len(s) == 0 || s[0].Task.Name != want || !strings.HasPrefix(s[0].Task.Function, "executor.TestSlowPollTellsTheName.") {
			t.Errorf("reported %+v, want %q", s, want)
		}
	}
	gate := &leaf{}
	h := SpawnPlain(r.ex, func() {
		slow("first")
		Await[int](r.ex, gate)
		slow("second")
		r.ex.SetName("third")
		r.ex.Yield()
		slow("third")
	}).Named("first")
	r.run()
	h.Named("second")
	gate.finish()
	r.run()
	wantEnd(t, h, nil)
	l.look(0)
	l.take()

	r.spawn(func() {
		l.look(0)
		r.ex.SetName("named while it is looked at")
		l.look(time.Hour)
		if s := l.wantOne("in the same poll"); s.Task.Name != "named while it is looked at" || s.For != time.Hour {
			t.Errorf("got %+v", s)
		}
		r.ex.SetName("")
		l.look(2 * time.Hour)
		if s := l.wantOne("without a name"); s.Task.Name != s.Task.Function {
			t.Errorf("got %+v", s)
		}
	})
}

// F22: a poll does not hide by taking names: it counts as one.
func TestSlowPollIsSeenThroughItsNames(t *testing.T) {
	r := newRig(t)
	l := r.watch(t)
	r.spawn(func() {
		l.look(0)
		for range 10 {
			r.ex.SetName("another")
			l.look(slowLimit / 10)
		}
		l.wantOne("after ten names")
	})
}

// A name and values are those of one task, although tasks of one function share what else is known of them. What a Watch
// may have seen does not change.
func TestNotesAreOfOneTask(t *testing.T) {
	r := newRig(t)
	l := r.watch(t) // now they do
	key := new(int)
	set := false
	fn := func() {
		if set {
			r.ex.SetLocal(key, 1)
		} else if _, ok := r.ex.Local(key); ok {
			t.Error("it has the value of another task")
		}
		set = !set
		Await[int](r.ex, &leaf{})
	}
	first := r.spawn(fn)
	shared := first.task.notes.Load()
	second := r.spawn(fn) // it sets the value
	third := r.spawn(fn)
	if shared == nil || third.task.notes.Load() != shared || second.task.notes.Load() == shared {
		t.Error("notes are shared that differ, or not shared that are the same")
	}
	second.Named("second")
	seen := second.task.notes.Load()
	second.Named("again")
	if shared.name != "" || seen.name != "second" {
		t.Errorf("names became %q and %q", shared.name, seen.name)
	}
	function := shared.origin.String()
	r.wantNames("all", function, "again", function)
	r.end()
	l.take()
}
