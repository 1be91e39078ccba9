package future

// JoinAll runs all futures at the same time and returns their values in the order of the arguments. The first error
// cancels the others and is the result. Of no futures the result is an empty slice.
//
// A wake of one future polls that one only, so a million of them may be joined.
func JoinAll[T any](fs ...Future[T]) Future[[]T] {
	j := &joinAll[T]{values: make([]T, len(fs))}
	slots := make([]slot[T], len(fs))
	children := make([]child, len(fs))
	for i, f := range fs {
		slots[i] = newSlot(f, &j.values[i])
		children[i].slot = &slots[i]
	}
	j.start("JoinAll", children)
	return j
}

type joinAll[T any] struct {
	group
	values []T
}

func (j *joinAll[T]) Poll(cx *Context) ([]T, error) {
	if err := j.join(cx); err != nil {
		return nil, err
	}
	return take(&j.values), nil
}
