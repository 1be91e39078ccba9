package esync_test

import (
	"sync"
	"testing"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/esync"
)

// inTask runs a benchmark as a program's main task.
func inTask(b *testing.B, fn func(rt *eddy.Runtime)) {
	b.ReportAllocs()
	must(b, eddy.BlockOn(func(rt *eddy.Runtime) error { fn(rt); return nil }))
}

func BenchmarkMutexUncontended(b *testing.B) {
	count := 0
	b.Run("esync", func(b *testing.B) {
		inTask(b, func(rt *eddy.Runtime) {
			var mu esync.Mutex
			for b.Loop() {
				if mu.Lock(rt) == nil {
					count++
					mu.Unlock()
				}
			}
		})
	})
	b.Run("sync", func(b *testing.B) {
		var mu sync.Mutex
		for b.Loop() {
			mu.Lock()
			count++
			mu.Unlock()
		}
	})
}

// Two hand-overs to a task that waits: there and back.
func BenchmarkMutexContended(b *testing.B) {
	inTask(b, func(rt *eddy.Runtime) {
		var there, back esync.Mutex
		thereAndBack(b, rt, &there, &back, (*esync.Mutex).Lock, (*esync.Mutex).Unlock)
	})
}

func BenchmarkSemaphore(b *testing.B) {
	acquire := func(s *esync.Semaphore, rt *eddy.Runtime) error { return s.Acquire(rt, 3) }
	release := func(s *esync.Semaphore) { s.Release(3) }
	b.Run("uncontended", func(b *testing.B) {
		inTask(b, func(rt *eddy.Runtime) {
			s := esync.NewSemaphore(4)
			for b.Loop() {
				if acquire(s, rt) == nil {
					release(s)
				}
			}
		})
	})
	b.Run("contended", func(b *testing.B) {
		inTask(b, func(rt *eddy.Runtime) {
			thereAndBack(b, rt, esync.NewSemaphore(4), esync.NewSemaphore(4), acquire, release)
		})
	})
}

// thereAndBack has two tasks hand a turn to each other: each gives what the other waits for, and waits.
func thereAndBack[L any](b *testing.B, rt *eddy.Runtime, there, back L, take func(L, *eddy.Runtime) error, give func(L)) {
	_, _ = take(there, rt), take(back, rt)
	other := rt.Spawn(func() {
		for take(there, rt) == nil {
			give(back)
		}
	})
	for b.Loop() {
		give(there)
		_ = take(back, rt)
	}
	other.Cancel()
}

// One item from one task to another, or from one goroutine to another.
func BenchmarkChanHandOver(b *testing.B) {
	for _, size := range []struct {
		name     string
		capacity int
	}{{"unbuffered", 0}, {"buffered", 64}} {
		b.Run("esync/"+size.name, func(b *testing.B) {
			inTask(b, func(rt *eddy.Runtime) {
				c := esync.NewChan[int](size.capacity)
				receiver := rt.Spawn(func() {
					for range c.All(rt) {
					}
				})
				for b.Loop() {
					_ = c.Send(rt, 1)
				}
				c.Close()
				receiver.Join()
			})
		})
		b.Run("go/"+size.name, func(b *testing.B) {
			b.ReportAllocs()
			c, done := make(chan int, size.capacity), make(chan bool)
			go func() {
				for range c {
				}
				close(done)
			}()
			for b.Loop() {
				c <- 1
			}
			close(c)
			<-done
		})
	}
}
