package esync

// maxSpares is how many waits one lock or channel keeps for reuse at most. Picked: as many tasks may wait again and again
// without an allocation, and what a crowd leaves behind is a few kilobytes.
const maxSpares = 32

// spares are waits of straight-line code that have ended. Await needs its future on the heap; the one that it has let go
// of serves the next wait.
type spares[W any] struct{ kept []*W }

func (s *spares[W]) take() *W {
	n := len(s.kept) - 1
	if n < 0 {
		return new(W)
	}
	w := s.kept[n]
	s.kept = s.kept[:n]
	return w
}

// put takes back what Await has returned from; its memory is clean.
func (s *spares[W]) put(w *W) {
	if len(s.kept) < maxSpares {
		s.kept = append(s.kept, w)
	}
}

// noCopy lets go vet complain about copies of what contains it.
type noCopy struct{}

func (*noCopy) Lock()   {}
func (*noCopy) Unlock() {}
