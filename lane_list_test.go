package eddy

import (
	"slices"
	"testing"
)

// A job leaves its list from wherever it stands, and the others keep their order.
func TestJobsLeaveFromAnywhere(t *testing.T) {
	for mask := range 1 << 4 { // which of four leave
		for _, backwards := range []bool{false, true} {
			var l jobList
			jobs := make([]job, 4)
			for i := range jobs {
				l.add(&jobs[i])
			}
			var stay []*job
			leave := []int{}
			for i := range jobs {
				if mask>>i&1 == 1 {
					leave = append(leave, i)
				} else {
					stay = append(stay, &jobs[i])
				}
			}
			if backwards {
				slices.Reverse(leave)
			}
			for _, i := range leave {
				l.remove(&jobs[i])
				if j := jobs[i]; j.list != nil || j.next != nil || j.prev != nil {
					t.Errorf("mask %04b: job %d has left and hangs on", mask, i)
				}
			}
			last := new(job)
			l.add(last)
			stay = append(stay, last)
			var found []*job
			for j := l.first; j != nil; j = j.next {
				found = append(found, j)
			}
			if !slices.Equal(found, stay) || l.n != len(stay) || l.last != last {
				t.Errorf("mask %04b, backwards %v: %d of %d stay", mask, backwards, len(found), len(stay))
			}
		}
	}
}
