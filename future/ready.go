package future

// Ready returns a future whose first Poll returns v.
func Ready[T any](v T) Future[T] { return &ready[T]{value: v} }

// Fail returns a future whose first Poll returns err. Pending is not a failure: Fail panics on it.
func Fail[T any](err error) Future[T] {
	f := &ready[T]{err: err}
	CheckFinal(f, err)
	return f
}

type ready[T any] struct {
	NoCancel
	value T
	err   error
	taken bool
}

func (r *ready[T]) Poll(*Context) (T, error) {
	if r.taken {
		PolledAfterDone("Ready or Fail")
	}
	r.taken = true
	return take(&r.value), r.err
}

// take moves the value out, so that a finished future keeps nothing alive that its reader may have dropped.
func take[T any](p *T) T {
	var none T
	v := *p
	*p = none
	return v
}
