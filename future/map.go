package future

import "errors"

// Map returns a future of fn applied to f's value. An error of f is the result, and fn is not called; an error of fn
// is the result too. fn runs inside Poll and cannot wait; what must wait is made with Then.
func Map[A, B any](f Future[A], fn func(A) (B, error)) Future[B] {
	return &mapped[A, B]{from: inner[A]{f: f}, fn: fn}
}

type mapped[A, B any] struct {
	from inner[A]
	fn   func(A) (B, error)
}

func (m *mapped[A, B]) Poll(cx *Context) (B, error) {
	if m.from.f == nil {
		PolledAfterDone("Map")
	}
	v, err := m.from.poll(cx)
	if err != nil {
		var none B
		return none, err
	}
	mapped, err := m.fn(v)
	if errors.Is(err, Pending) {
		panic("future: the function of a Map returned Pending, but nothing would wake it: use Then")
	}
	return mapped, err
}

func (m *mapped[A, B]) Cancel() { m.from.cancel() }
