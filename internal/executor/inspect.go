package executor

import (
	"fmt"
	"reflect"
	"runtime"
	"strings"
	"time"
)

// TaskInfo describes a task at one moment.
type TaskInfo struct {
	ID   uint64
	Name string // the name that it was given, else Function
	// Function is the function that was spawned, with its place, or the future's type.
	Function string
	State    string        // "ready", "running", "waiting", "done", "canceled"
	Wait     string        // what it waits for; "" if it does not, or if a hand-written future does not say
	For      time.Duration // how long it has been waiting, by the loop's clock; 0 for a hand-written future
	// Outside reports that something which the runtime cannot see may end the wait: a Waker was taken.
	Outside bool
}

// String is one line of a task dump.
func (i TaskInfo) String() string {
	var b strings.Builder
	if i.Name == i.Function {
		fmt.Fprintf(&b, "task %d %s: %s", i.ID, i.Function, i.State)
	} else {
		fmt.Fprintf(&b, "%s: %s", i.title(), i.State)
	}
	if i.Wait != "" {
		fmt.Fprintf(&b, " for %s", i.Wait)
	}
	if i.For > 0 {
		fmt.Fprintf(&b, " for %v", i.For.Round(time.Millisecond))
	}
	return b.String()
}

// title names the task in a sentence. The name that it was given is quoted: it may hold what a client has said.
func (i TaskInfo) title() string {
	if i.Name == i.Function {
		return fmt.Sprintf("task %d (%s)", i.ID, i.Function)
	}
	return fmt.Sprintf("task %d %q (%s)", i.ID, i.Name, i.Function)
}

// called fills in the name. name is the one that the task was given, or "".
func (i *TaskInfo) called(name string) {
	i.Name = name
	if name == "" {
		i.Name = i.Function
	}
}

// Tasks describes all live tasks, in the order of their spawns. For the loop.
func (ex *Executor) Tasks() []TaskInfo {
	infos := make([]TaskInfo, 0, ex.live.n)
	for t := ex.live.first; t != nil; t = t.next {
		infos = append(infos, t.info())
	}
	return infos
}

// OutsideWaits reports whether some task's wait may be ended by what the executor cannot see.
func (ex *Executor) OutsideWaits() bool { return ex.outside > 0 }

func (t *Task) info() TaskInfo {
	info := TaskInfo{ID: t.id, State: "waiting", Outside: t.marks&outside != 0}
	if t.body != nil {
		t.body.describe(&info)
		info.called(t.givenName())
	}
	switch {
	case t.state&running != 0:
		info.State, info.Wait, info.For = "running", "", 0
	case t.state&scheduled != 0:
		info.State = "ready"
	}
	return info
}

// function describes who the task is, and nothing of what it waits for: that may be a task that waits for this one.
func (t *Task) function() TaskInfo {
	info := TaskInfo{ID: t.id}
	info.Function = t.known().origin.String()
	info.called(t.givenName())
	return info
}

// String names the task: its number, name and function.
func (t *Task) String() string {
	if t.body != nil {
		return t.info().title()
	}
	who := fmt.Sprintf("task %d", t.id)
	if name := t.givenName(); name != "" {
		who += fmt.Sprintf(" %q", name)
	}
	return who + ", which has ended"
}

func (c *Coroutine) describe(info *TaskInfo) {
	info.Function = nameAt(c.body.entry())
	if c.phase == parked {
		info.Wait = describeWait(c.waiting)
		info.For = c.ex.clock.Sample() - c.since
	}
}

// describeWait names a wait: by its String method, else by its type. A dump must not fail, so it is fmt that calls the
// method: it catches panics.
func describeWait(w any) string {
	if s, ok := w.(fmt.Stringer); ok {
		return fmt.Sprint(s)
	}
	return fmt.Sprintf("%T", w)
}

func entryOf(fn any) uintptr { return reflect.ValueOf(fn).Pointer() }

// nameAt resolves a function's name and place from its entry. Nothing of this is paid for at the spawn.
func nameAt(pc uintptr) string {
	f := runtime.FuncForPC(pc)
	if f == nil {
		return "unknown function"
	}
	file, line := f.FileLine(pc)
	return fmt.Sprintf("%s %s:%d", functionAt(pc), afterSlash(file), line)
}

// functionAt is the name without the place.
func functionAt(pc uintptr) string {
	f := runtime.FuncForPC(pc)
	if f == nil {
		return "unknown function"
	}
	return afterSlash(f.Name())
}

func afterSlash(s string) string { return s[strings.LastIndexByte(s, '/')+1:] }
