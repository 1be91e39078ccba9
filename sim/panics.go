package sim

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/eddy-go/eddy"
)

// panicText is what the test says of a panic that ended the scenario. It is called while the panic is recovered.
func (w *World) panicText(v any) string {
	e, ok := v.(*eddy.PanicError)
	if !ok {
		return fmt.Sprintf("panic: %v\n\n%s", v, debug.Stack())
	}
	for _, h := range w.hosts {
		if h.life.panic == e {
			return fmt.Sprintf("host %s: panic: %v\n\n%s", h.Name(), e.Value, e.Stack)
		}
	}
	return fmt.Sprintf("panic: %v", e) // of a task that the scenario knows
}

// bubblePanicText is what the test says of a panic of package synctest, which knows these by their texts alone.
func (r *run) bubblePanicText(v any) string {
	text := fmt.Sprint(v)
	switch {
	case strings.Contains(text, "within a synctest bubble"):
		return "sim.Run makes its own synctest bubble: call it outside of synctest.Test, and not in a scenario"
	case strings.Contains(text, "blocked goroutines remain"):
		text += ": a goroutine that the scenario or a task started has not ended"
	default:
		if h := r.guard.host.Load(); h != nil {
			text += ": a turn of host " + h.Name() + " does not end: nothing in a task may block but through the runtime"
		}
	}
	return fmt.Sprintf("panic: %s\n\n%s", text, bubbleStacks())
}

// stacksLimit bounds what a test prints of blocked goroutines, in bytes. Picked: several of them.
const stacksLimit = 8 << 10

// bubbleStacks returns the stacks of the goroutines that are left in bubbles, without the tasks that are parked.
func bubbleStacks() string {
	all := make([]byte, 1<<20)
	all = all[:runtime.Stack(all, true)]
	var left []string
	for stack := range strings.SplitSeq(string(all), "\n\n") {
		head, _, _ := strings.Cut(stack, "\n")
		if strings.Contains(head, "synctest bubble") && !strings.Contains(head, "[coroutine") {
			left = append(left, strings.TrimSpace(stack))
		}
	}
	text := strings.Join(left, "\n\n")
	if len(text) > stacksLimit {
		text = text[:stacksLimit] + "\n(and more)"
	}
	return text
}
