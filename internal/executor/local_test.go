package executor

import (
	"runtime"
	"testing"
	"weak"

	"github.com/eddy-go/eddy/future"
)

// wantLocal fails the test unless the running task has this value under the key; nil is none.
func (r *rig) wantLocal(key, want any) {
	r.t.Helper()
	if got, ok := r.ex.Local(key); got != want || ok != (want != nil) {
		r.t.Errorf("%v, %v; want %v", got, ok, want)
	}
}

// Each key has one value, the last; the list is as long as there are keys.
func TestLocalIsTheLastThatWasSet(t *testing.T) {
	r := newRig(t)
	a, b, c := new(int), new(int), new(int)
	r.spawn(func() {
		for i := range 100 {
			r.ex.SetLocal(a, i)
			r.ex.SetLocal(b, -i)
			r.ex.SetLocal(c, 2*i)
			r.ex.SetLocal(b, i)
		}
		r.wantLocal(a, 99)
		r.wantLocal(b, 99)
		r.wantLocal(c, 198)
		r.wantLocal(new(int), nil)
		n := 0
		for l := r.ex.running.locals(); l != nil; l = l.next {
			n++
		}
		if n != 3 {
			t.Errorf("%d values of three keys", n)
		}
	})
}

// A new task has what its parent had at the spawn, and what either sets later stays with it.
func TestLocalIsInherited(t *testing.T) {
	r := newRig(t)
	a, b := new(int), new(int)
	r.spawn(func() {
		r.ex.SetLocal(a, 1)
		child := func() {
			r.wantLocal(a, 1)
			r.wantLocal(b, nil)
			r.ex.SetLocal(a, 3)
			r.ex.Yield()
			r.wantLocal(a, 3)
			r.wantLocal(b, nil)
		}
		h := SpawnPlain(r.ex, child)
		SpawnFuture[int](r.ex, &leaf{ready: true, onPoll: func(*future.Context) { r.wantLocal(a, 1) }})
		r.ex.SetLocal(a, 2)
		r.ex.SetLocal(b, 2)
		h.Join()
		r.wantLocal(a, 2)
		r.wantLocal(b, 2)
		Await(r.ex, Async(r.ex, func() (int, error) { // the same task
			r.wantLocal(a, 2)
			r.ex.SetLocal(a, 4)
			return 0, nil
		}))
		r.wantLocal(a, 4)
		r.ex.PostSpawn(func() { r.wantLocal(a, nil) })
	})
	r.run()
	r.spawn(func() { r.wantLocal(a, nil) }) // in the memory of another
}

// After its task's end a value is kept by nobody, though the task's memory and its handle live on.
func TestLocalGoesWithItsTask(t *testing.T) {
	r := newRig(t)
	var value weak.Pointer[[1 << 10]byte]
	key := new(int)
	h := r.spawn(func() {
		v := new([1 << 10]byte)
		value = weak.Make(v)
		r.ex.SetLocal(key, v)
	})
	for range 10 {
		runtime.GC()
	}
	if value.Value() != nil {
		t.Error("the value is still there")
	}
	runtime.KeepAlive(h)
	runtime.KeepAlive(r)
}
