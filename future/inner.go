package future

// inner is a future that a combinator polls for somebody else. It keeps the promises that every combinator makes: a
// final error is checked once, a finished future is let go, and Cancel reaches exactly those that were polled and are
// not final. One whose Poll panicked counts as such: it may wrap futures that are still registered.
type inner[T any] struct {
	f      Future[T] // nil after the final result and after cancel
	polled bool
}

func (in *inner[T]) poll(cx *Context) (T, error) {
	in.polled = true
	v, err := in.f.Poll(cx)
	if err != Pending {
		CheckFinal(in.f, err)
		in.f = nil
	}
	return v, err
}

func (in *inner[T]) cancel() {
	f := in.f
	in.f = nil
	if f != nil && in.polled {
		f.Cancel()
	}
}
