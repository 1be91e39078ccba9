//go:build linux

package differential

import (
	"bytes"
	"fmt"
)

// A difference is one thing that two runs of a program tell differently.
type difference struct {
	step int // of Result.Steps, or -1
	end  End // of the bytes received, if step is -1
	what string
}

func (d difference) String() string { return d.what }

// compare lists the differences between two runs of a program.
func compare(one, other Result) []difference {
	var list []difference
	for i, s := range one.Steps {
		if a, b := one.Outcomes[i], other.Outcomes[i]; a != b {
			list = append(list, difference{step: i, end: s.End, what: fmt.Sprintf("step %d, %v: %v; but %v", i, s, a, b)})
		}
	}
	for conn := range maxConns {
		for _, e := range []End{{conn, false}, {conn, true}} {
			if a, b := one.Received[e], other.Received[e]; !bytes.Equal(a, b) {
				what := fmt.Sprintf("%v received %d bytes; but %d, of which the first %d are the same", e, len(a), len(b), common(a, b))
				list = append(list, difference{step: -1, end: e, what: what})
			}
		}
	}
	return list
}

// common is the length of the common beginning.
func common(a, b []byte) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// judge returns the differences that nothing explains, and counts the others.
func judge(one, other Result, hits map[string]int) (wrong []difference) {
next:
	for _, d := range compare(one, other) {
		for _, e := range explained {
			if e.holds(one, other, d) {
				hits[e.name]++
				continue next
			}
		}
		wrong = append(wrong, d)
	}
	return wrong
}
