package future

// Race runs all futures at the same time. The first that has a final result, a value or an error, gives the result;
// the others are cancelled. Of several that are ready in the same Poll the one with the lowest index wins, and those
// behind it are not polled any more. Race panics if there are no futures: nothing could ever win.
func Race[T any](fs ...Future[T]) Future[T] {
	if len(fs) == 0 {
		panic("future: Race of no futures would never end")
	}
	r := &race[T]{}
	slots := make([]slot[T], len(fs))
	children := make([]child, len(fs))
	for i, f := range fs {
		slots[i] = newSlot(f, &r.value) // one place for all: only the winner writes
		children[i].slot = &slots[i]
	}
	r.order = make([]int32, 0, len(fs))
	r.start("Race", children)
	return r
}

type race[T any] struct {
	group
	value T
}

func (r *race[T]) Poll(cx *Context) (T, error) {
	_, err := r.race(cx)
	return take(&r.value), err
}
