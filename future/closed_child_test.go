package future

import "testing"

// pending keeps its wakers and never ends.
type pending struct {
	local LocalWaker
	any   Waker
}

func (p *pending) Poll(cx *Context) (int, error) {
	p.local, p.any = cx.LocalWaker(), cx.Waker()
	return 0, Pending
}

func (p *pending) Cancel() {
	p.local.Wake() // as one that is cancelled may still do
	p.any.Wake()
}

// nobody is a parent that must not be kept.
type nobody struct{}

func (*nobody) Wake(uint64)      {}
func (*nobody) WakeLocal(uint64) {}

// A group that has ended leads neither to its task nor to children that were woken before: a stale waker, which leads
// to the group, keeps little alive.
func TestEndedGroupLetsGo(t *testing.T) {
	a, b := &pending{}, &pending{}
	j := Join2[int, int](a, b).(*join2[int, int])
	cx := NewContext(NewWaker(&nobody{}, 0), &Env{Budget: 1000})
	if _, err := j.Poll(&cx); err != Pending {
		t.Fatal(err)
	}
	a.local.Wake()
	b.any.Wake()
	if j.woken.head == nil || j.posted.head == nil || j.parent == (Waker{}) {
		t.Error("the wakes were not taken")
	}
	j.Cancel()
	if j.woken.head != nil || j.posted.head != nil || j.parent != (Waker{}) {
		t.Error("something is left")
	}
}

// F20: a stale waker returns before it sets or links anything: whoever keeps one keeps no list growing.
func TestClosedChildEntersNoList(t *testing.T) {
	a, b := &pending{}, &pending{}
	j := Join2[int, int](a, b).(*join2[int, int])
	cx := NewContext(Waker{}, &Env{Budget: 1000})
	if _, err := j.Poll(&cx); err != Pending {
		t.Fatal(err)
	}
	j.Cancel()
	a.local.Wake()
	b.any.Wake()
	if j.woken.head != nil || j.posted.head != nil {
		t.Error("a closed child stands in a list")
	}
	for i := range j.room {
		if word := j.room[i].word.Load(); word != childClosed {
			t.Errorf("child %d: word %b", i, word)
		}
	}
}
