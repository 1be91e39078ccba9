package executor

import (
	"bytes"
	"runtime"
	"strconv"
	"strings"
)

// The memory for the stacks of all goroutines. Picked: a parked coroutine takes about 1 KB of text; what is more than
// the largest dump is not looked at.
const (
	dumpPerGoroutine = 1 << 10
	smallestDump     = 64 << 10
	largestDump      = 256 << 20
)

// stack returns the state and the stack of the goroutine that runs the poll in progress; "" and nil if it is not found.
// Go shows one goroutine's stack to itself only, or all of them, and then the whole process stands still.
func (w *Watch) stack() (state string, stack []byte) {
	for size := smallestDump + runtime.NumGoroutine()*dumpPerGoroutine; ; size *= 2 {
		buf := make([]byte, size)
		n := w.stacks(buf, true)
		if n < size || size >= largestDump {
			return w.findPoll(buf[:n])
		}
	}
}

// resting is the state of a coroutine that is not on top: parked, or the one that has resumed the one on top.
const resting = "coroutine"

// findPoll finds the goroutine that runs the poll in a dump of all. Of the loop and its coroutines all rest but one. If
// all of them rest, the one on top is an iter.Pull that a task has made: whoever descends from ours.
func (w *Watch) findPoll(dump []byte) (state string, stack []byte) {
	creators := map[uint64]uint64{}
	for block := range blocks(dump) {
		id, state, ok := parseHeader(block)
		switch {
		case !ok:
		case state != resting && w.runsPolls(id):
			return state, bytes.Clone(block)
		default:
			if creator, ok := pullCreator(block); ok {
				creators[id] = creator
			}
		}
	}
	for block := range blocks(dump) {
		id, state, ok := parseHeader(block)
		if !ok || state == resting {
			continue
		}
		for id, ok = creators[id]; ok; id, ok = creators[id] {
			if w.runsPolls(id) {
				return state, bytes.Clone(block)
			}
		}
	}
	return "", nil
}

// blocks yields the goroutines of a dump.
func blocks(dump []byte) func(func([]byte) bool) { return bytes.SplitSeq(dump, []byte("\n\n")) }

// parseHeader reads the first line of a goroutine's stack: "goroutine 7 [chan receive, 3 minutes, locked to thread]:".
// A state that only says that the goroutine has not got the processor just now becomes "running".
func parseHeader(block []byte) (id uint64, state string, ok bool) {
	rest, ok := bytes.CutPrefix(block, []byte("goroutine "))
	number, rest, found := bytes.Cut(rest, []byte(" ["))
	inside, _, closed := bytes.Cut(rest, []byte("]:"))
	id, err := strconv.ParseUint(string(number), 10, 64)
	if !ok || !found || !closed || err != nil {
		return 0, "", false
	}
	state, _, _ = strings.Cut(string(inside), ",")
	state, _, _ = strings.Cut(state, " labels:{")
	state = strings.TrimSuffix(state, " (scan)")
	switch state {
	case "runnable", "preempted":
		state = "running"
	}
	return id, state, true
}

// pullCreator returns the goroutine that has made this one by iter.Pull: its last lines say so.
func pullCreator(block []byte) (id uint64, ok bool) {
	_, by, ok := bytes.Cut(block, []byte("\ncreated by iter.Pull"))
	if !ok {
		return 0, false
	}
	line, _, _ := bytes.Cut(by, []byte("\n"))
	_, number, _ := bytes.Cut(line, []byte(" in goroutine "))
	id, err := strconv.ParseUint(string(number), 10, 64)
	return id, err == nil
}

// blockedOn says what a state of Go's means.
func blockedOn(state string) string {
	switch state {
	case "running":
		return ""
	case "sync.Mutex.Lock", "sync.RWMutex.Lock", "sync.RWMutex.RLock", "semacquire": // the last is that of os.File
		return "mutex"
	case "syscall":
		return "system call"
	case "IO wait":
		return "I/O"
	case "sync.WaitGroup.Wait":
		return "wait group"
	case "sync.Cond.Wait":
		return "condition variable"
	}
	if strings.HasPrefix(state, "chan ") || strings.HasPrefix(state, "select") {
		return "channel"
	}
	return state
}
