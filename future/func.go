package future

// Func makes a future of a poll function. fn follows the rules of Poll: it returns Pending after it has arranged for
// cx's waker to be woken. It is not called again after its final result. A Func has nothing to cancel; what must
// release something implements Future itself.
func Func[T any](fn func(cx *Context) (T, error)) Future[T] { return &function[T]{fn: fn} }

type function[T any] struct {
	NoCancel
	fn func(cx *Context) (T, error) // nil after the final result
}

func (f *function[T]) Poll(cx *Context) (T, error) {
	if f.fn == nil {
		PolledAfterDone("Func")
	}
	v, err := f.fn(cx)
	if err != Pending {
		f.fn = nil
	}
	return v, err
}
