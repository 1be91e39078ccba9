package future

// Then returns a future that runs f, hands its value to fn, and then runs the future that fn returned, beginning in
// the same Poll. An error of f is the result, and fn is not called.
func Then[A, B any](f Future[A], fn func(A) Future[B]) Future[B] {
	return &then[A, B]{first: inner[A]{f: f}, fn: fn}
}

// then holds first until it is final, then second until that is final, then neither.
type then[A, B any] struct {
	first  inner[A]
	fn     func(A) Future[B]
	second inner[B]
}

func (t *then[A, B]) Poll(cx *Context) (B, error) {
	if t.second.f == nil {
		if t.first.f == nil {
			PolledAfterDone("Then")
		}
		v, err := t.first.poll(cx)
		if err != nil {
			var none B
			return none, err
		}
		t.second.f = t.fn(v)
	}
	return t.second.poll(cx)
}

func (t *then[A, B]) Cancel() {
	t.first.cancel()
	t.second.cancel()
}
