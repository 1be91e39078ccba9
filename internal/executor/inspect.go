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
	ID    uint64
	Name  string        // the function that was spawned, with its place, or the future's type
	State string        // "ready", "running", "waiting", "done", "canceled"
	Wait  string        // what it waits for; "" if it does not, or if a hand-written future does not say
	For   time.Duration // how long it has been waiting, by the loop's clock; 0 for a hand-written future
	// Outside reports that something which the runtime cannot see may end the wait: a Waker was taken.
	Outside bool
}

// String is one line of a task dump.
func (i TaskInfo) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "task %d %s: %s", i.ID, i.Name, i.State)
	if i.Wait != "" {
		fmt.Fprintf(&b, " for %s", i.Wait)
	}
	if i.For > 0 {
		fmt.Fprintf(&b, " for %v", i.For.Round(time.Millisecond))
	}
	return b.String()
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
func (ex *Executor) OutsideWaits() bool {
	for t := ex.live.first; t != nil; t = t.next {
		if t.outside {
			return true
		}
	}
	return false
}

func (t *Task) info() TaskInfo {
	info := TaskInfo{ID: t.id, State: "waiting", Outside: t.outside}
	if t.body != nil {
		t.body.describe(&info)
	}
	switch {
	case t.state&running != 0:
		info.State, info.Wait, info.For = "running", "", 0
	case t.state&scheduled != 0:
		info.State = "ready"
	}
	return info
}

// String names the task: its number and function.
func (t *Task) String() string {
	info := t.info()
	return fmt.Sprintf("task %d (%s)", info.ID, info.Name)
}

func (c *Coroutine) describe(info *TaskInfo) {
	info.Name = functionName(c.body.entry())
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

// functionName resolves a function's name and place from its entry. Nothing of this is paid for at the spawn.
func functionName(fn any) string { return nameAt(entryOf(fn)) }

func entryOf(fn any) uintptr { return reflect.ValueOf(fn).Pointer() }

func nameAt(pc uintptr) string {
	f := runtime.FuncForPC(pc)
	if f == nil {
		return "unknown function"
	}
	file, line := f.FileLine(pc)
	if i := strings.LastIndexByte(file, '/'); i >= 0 {
		file = file[i+1:]
	}
	name := f.Name()
	if i := strings.LastIndexByte(name, '/'); i >= 0 {
		name = name[i+1:]
	}
	return fmt.Sprintf("%s %s:%d", name, file, line)
}
