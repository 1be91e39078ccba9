package future

// Selected2 says which of two futures won, and its value.
type Selected2[A, B any] struct {
	Index  int // 0 or 1: the future that won, by a value or by an error
	First  A   // the value of the first future, if Index is 0
	Second B   // the value of the second future, if Index is 1
}

// Selected3 says which of three futures won, and its value.
type Selected3[A, B, C any] struct {
	Index  int // 0, 1 or 2: the future that won, by a value or by an error
	First  A   // the value of the first future, if Index is 0
	Second B   // the value of the second future, if Index is 1
	Third  C   // the value of the third future, if Index is 2
}

// Select2 is a Race of two futures of different types. Its error is the winner's, and Index is set then too.
func Select2[A, B any](a Future[A], b Future[B]) Future[Selected2[A, B]] {
	s := &select2[A, B]{}
	s.a = newSlot(a, &s.won.First)
	s.b = newSlot(b, &s.won.Second)
	s.room[0].slot = &s.a
	s.room[1].slot = &s.b
	s.order = s.orderRoom[:0]
	s.start("Select2", s.room[:])
	return s
}

// Select3 is a Race of three futures of different types. Its error is the winner's, and Index is set then too.
func Select3[A, B, C any](a Future[A], b Future[B], c Future[C]) Future[Selected3[A, B, C]] {
	s := &select3[A, B, C]{}
	s.a = newSlot(a, &s.won.First)
	s.b = newSlot(b, &s.won.Second)
	s.c = newSlot(c, &s.won.Third)
	s.room[0].slot = &s.a
	s.room[1].slot = &s.b
	s.room[2].slot = &s.c
	s.order = s.orderRoom[:0]
	s.start("Select3", s.room[:])
	return s
}

// select2 is one allocation: the group, its children and their slots.
type select2[A, B any] struct {
	group
	room      [2]child
	orderRoom [2]int32
	a         slot[A]
	b         slot[B]
	won       Selected2[A, B]
}

func (s *select2[A, B]) Poll(cx *Context) (Selected2[A, B], error) {
	winner, err := s.race(cx)
	if err == Pending {
		return Selected2[A, B]{}, Pending
	}
	s.won.Index = winner
	return take(&s.won), err
}

// select3 is one allocation, as select2 is.
type select3[A, B, C any] struct {
	group
	room      [3]child
	orderRoom [3]int32
	a         slot[A]
	b         slot[B]
	c         slot[C]
	won       Selected3[A, B, C]
}

func (s *select3[A, B, C]) Poll(cx *Context) (Selected3[A, B, C], error) {
	winner, err := s.race(cx)
	if err == Pending {
		return Selected3[A, B, C]{}, Pending
	}
	s.won.Index = winner
	return take(&s.won), err
}
