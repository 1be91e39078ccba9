package future

// Joined2 holds the values of two joined futures.
type Joined2[A, B any] struct {
	First  A // the value of the first future
	Second B // the value of the second future
}

// Joined3 holds the values of three joined futures.
type Joined3[A, B, C any] struct {
	First  A // the value of the first future
	Second B // the value of the second future
	Third  C // the value of the third future
}

// Join2 runs both futures at the same time and returns both values. The first error cancels the other future and is
// the result.
func Join2[A, B any](a Future[A], b Future[B]) Future[Joined2[A, B]] {
	j := &join2[A, B]{}
	j.a = newSlot(a, &j.values.First)
	j.b = newSlot(b, &j.values.Second)
	j.room[0].slot = &j.a
	j.room[1].slot = &j.b
	j.start("Join2", j.room[:])
	return j
}

// Join3 runs three futures at the same time and returns their values. The first error cancels the others and is the
// result.
func Join3[A, B, C any](a Future[A], b Future[B], c Future[C]) Future[Joined3[A, B, C]] {
	j := &join3[A, B, C]{}
	j.a = newSlot(a, &j.values.First)
	j.b = newSlot(b, &j.values.Second)
	j.c = newSlot(c, &j.values.Third)
	j.room[0].slot = &j.a
	j.room[1].slot = &j.b
	j.room[2].slot = &j.c
	j.start("Join3", j.room[:])
	return j
}

// join2 is one allocation: the group, its children and their slots.
type join2[A, B any] struct {
	group
	room   [2]child
	a      slot[A]
	b      slot[B]
	values Joined2[A, B]
}

func (j *join2[A, B]) Poll(cx *Context) (Joined2[A, B], error) {
	if err := j.join(cx); err != nil {
		return Joined2[A, B]{}, err
	}
	return take(&j.values), nil
}

// join3 is one allocation, as join2 is.
type join3[A, B, C any] struct {
	group
	room   [3]child
	a      slot[A]
	b      slot[B]
	c      slot[C]
	values Joined3[A, B, C]
}

func (j *join3[A, B, C]) Poll(cx *Context) (Joined3[A, B, C], error) {
	if err := j.join(cx); err != nil {
		return Joined3[A, B, C]{}, err
	}
	return take(&j.values), nil
}
