package executor

import "fmt"

// Poller returns who polls now, to be compared and to be named in errors: the innermost straight-line code that runs, or
// else the task whose future is polled; nil if no task runs. Code stays the same poller when it is adopted and so
// becomes another task.
func (ex *Executor) Poller() fmt.Stringer {
	switch {
	case ex.current != nil:
		return (*poller)(ex.current)
	case ex.running != nil:
		return ex.running
	}
	return nil
}

// poller is a coroutine that goes by the name of its task.
type poller Coroutine

// String looks for the task: it is asked in errors only.
func (p *poller) String() string {
	for c := (*Coroutine)(p); c != nil; c = c.rare().parent {
		for t := c.ex.live.first; t != nil; t = t.next {
			if t.code == c {
				return t.String()
			}
		}
	}
	if p.phase == ended {
		return "a task that has ended"
	}
	return nameAt(p.body.entry())
}
