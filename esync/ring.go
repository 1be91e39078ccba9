package esync

// A ring holds items in the order in which they came. It grows by doubling and never shrinks. The zero ring is empty.
type ring[T any] struct {
	slots []T // their number is zero or a power of two
	head  int // the slot of the first item
	n     int
}

func (r *ring[T]) push(v T) {
	if r.n == len(r.slots) {
		r.grow()
	}
	r.slots[(r.head+r.n)&(len(r.slots)-1)] = v
	r.n++
}

// pop takes the first out of a ring that is not empty.
func (r *ring[T]) pop() T {
	var none T
	v := r.slots[r.head]
	r.slots[r.head] = none
	r.head = (r.head + 1) & (len(r.slots) - 1)
	r.n--
	return v
}

func (r *ring[T]) grow() {
	slots := make([]T, max(4, 2*len(r.slots)))
	n := copy(slots, r.slots[r.head:])
	copy(slots[n:], r.slots[:r.head])
	r.slots, r.head = slots, 0
}
