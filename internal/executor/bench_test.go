package executor

import (
	"runtime"
	"testing"

	"github.com/eddy-go/eddy/future"
)

// benchRig is a rig on a locked thread, as BlockOn runs the loop: the lock comes before the first coroutine.
func benchRig(b *testing.B) *rig {
	runtime.LockOSThread()
	b.Cleanup(runtime.UnlockOSThread) // runs last
	b.ReportAllocs()
	return newRig(b)
}

func BenchmarkAwaitReady(b *testing.B) {
	r := benchRig(b)
	r.spawn(func() {
		var f future.Future[int] = always{}
		for b.Loop() {
			Await(r.ex, f)
		}
	})
}

// One wake, one poll, one switch into the coroutine and one back.
func BenchmarkParkAndResume(b *testing.B) {
	r := benchRig(b)
	p := &pulse{}
	h := r.spawn(func() {
		for {
			if _, err := Await[int](r.ex, p); err != nil {
				return
			}
		}
	})
	for b.Loop() {
		p.waker.Wake()
		r.ex.PollReady(1)
	}
	h.Cancel()
	r.run()
}

// The same for a future without a coroutine.
func BenchmarkWakeAndPoll(b *testing.B) {
	r := benchRig(b)
	l := &leaf{}
	h := SpawnFuture[int](r.ex, l)
	r.run()
	for b.Loop() {
		l.waker.Wake()
		r.ex.PollReady(1)
	}
	h.Cancel()
	r.run()
}

func BenchmarkSpawnCode(b *testing.B) {
	r := benchRig(b)
	fn := func() {}
	for b.Loop() {
		SpawnPlain(r.ex, fn)
		r.ex.PollReady(1)
	}
}

func BenchmarkSpawnFuture(b *testing.B) {
	r := benchRig(b)
	var f future.Future[int] = always{}
	for b.Loop() {
		SpawnFuture(r.ex, f)
		r.ex.PollReady(1)
	}
}

// A wake that finds the task ready already, as most of a burst do.
func BenchmarkWakeLocalAgain(b *testing.B) {
	r := benchRig(b)
	l := &leaf{}
	h := SpawnFuture[int](r.ex, l)
	r.run()
	for b.Loop() {
		l.waker.Wake()
	}
	h.Cancel()
	r.run()
}

// A wake by another goroutine while the loop is awake: nobody ends its wait. The loop takes it in meanwhile.
func BenchmarkWakeRemote(b *testing.B) {
	r := benchRig(b)
	const n = 64 // wakes taken in at once
	wakers := make([]future.Waker, n)
	handles := make([]*JoinHandle[int], n)
	for i := range wakers {
		handles[i] = SpawnFuture[int](r.ex, &leaf{})
		wakers[i] = future.NewWaker(&handles[i].task, 0)
	}
	r.run()
	r.ex.TakeIn() // awake
	i := 0
	for b.Loop() {
		wakers[i].Wake()
		if i++; i == n {
			i = 0
			r.ex.TakeIn()
			r.ex.ready.head = r.ex.ready.tail // the polls are measured elsewhere
			for _, h := range handles {
				h.task.state = 0
			}
		}
	}
	r.run()
	r.end()
}

func BenchmarkCancelUnwinds(b *testing.B) {
	r := benchRig(b)
	l := &leaf{}
	code := func() (int, error) { return Await[int](r.ex, l) }
	r.spawn(func() {
		for b.Loop() {
			f := Async(r.ex, code)
			Await(r.ex, future.Race(f, future.Ready(1)))
		}
	})
}

// A child of a group, from its Go to its end.
func BenchmarkGroupChild(b *testing.B) {
	r := benchRig(b)
	fn := func() error { return nil }
	var g *Group
	keep := &leaf{}
	h := r.spawn(func() {
		g = new(Group)
		g.Begin(r.ex)
		Await[int](r.ex, keep)
	})
	for b.Loop() {
		g.Go(fn)
		r.ex.PollReady(1)
	}
	h.Cancel()
	r.run()
}
