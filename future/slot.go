package future

// A slot is one child of a group: its future, and the place where its value belongs. It hides the child's type, so
// that one group serves children of different types.
type slot[T any] struct {
	inner[T]
	to *T
}

// poller is a slot of any type.
type poller interface {
	poll(cx *Context) error
	cancel()
}

func newSlot[T any](f Future[T], to *T) slot[T] { return slot[T]{inner[T]{f: f}, to} }

// poll writes the value to its place when it is final. A value that comes with an error counts too: of a write that
// failed it says how much went out.
func (s *slot[T]) poll(cx *Context) error {
	v, err := s.inner.poll(cx)
	if err != Pending {
		*s.to = v
	}
	return err
}
