package executor

import (
	"runtime"
	"strings"
	"testing"
	"weak"

	"github.com/eddy-go/eddy/future"
)

// block is memory that a test looks for.
type block [1 << 10]byte

// wantFreed fails the test unless the memory is given back.
func wantFreed(t *testing.T, what string, w weak.Pointer[block]) {
	t.Helper()
	for range 3 {
		runtime.GC()
	}
	if w.Value() != nil {
		t.Errorf("%s is kept", what)
	}
}

// A task whose handle nobody has is gone when it has ended, with its result, although nothing is polled after it and its
// coroutine waits for reuse.
func TestEndedTaskIsFreed(t *testing.T) {
	r := newRig(t)
	results := map[string]weak.Pointer[block]{}
	result := func(kind string) *block {
		b := new(block)
		results[kind] = weak.Make(b)
		return b
	}
	for kind, spawn := range map[string]func(){
		"code": func() { Spawn(r.ex, func() (*block, error) { r.ex.Yield(); return result("code"), nil }) },
		"async": func() {
			SpawnFuture(r.ex, Async(r.ex, func() (*block, error) { r.ex.Yield(); return result("async"), nil }))
		},
		"future": func() {
			SpawnFuture(r.ex, future.Func(func(*future.Context) (*block, error) { return result("future"), nil }))
		},
		"child": func() {
			SpawnPlain(r.ex, func() {
				var g Group
				g.Begin(r.ex)
				Go(&g, func() (*block, error) { r.ex.Yield(); return result("child"), nil })
				g.Wait()
			})
		},
		"goexit": func() {
			Spawn(r.ex, func() (*block, error) {
				b := result("goexit")
				defer func() { b[0] = 1 }()
				runtime.Goexit()
				return b, nil
			})
		},
	} {
		spawn()
		r.run()
		wantFreed(t, kind+": the result", results[kind])
	}
}

// What a handle keeps of a task that has ended is the result, and not what its code and its values held.
func TestHandleKeepsTheResultAlone(t *testing.T) {
	r := newRig(t)
	var held [3]weak.Pointer[block]
	handles := func() []any {
		var blocks [3]*block
		for i := range blocks {
			blocks[i] = new(block)
			held[i] = weak.Make(blocks[i])
		}
		first, second, third := blocks[0], blocks[1], blocks[2]
		return []any{
			SpawnPlain(r.ex, func() {
				r.ex.Yield()
				first[0] = 1
			}),
			SpawnFuture(r.ex, Async(r.ex, func() (int, error) {
				r.ex.Yield()
				return int(second[0]), nil
			})),
			Spawn(r.ex, func() (int, error) {
				value := third
				third = nil
				r.ex.SetLocal(r, value)
				return 0, r.ex.Yield()
			}),
		}
	}()
	r.run()
	for i, what := range []string{"what its function held", "what its Async held", "its value"} {
		wantFreed(t, what, held[i])
	}
	runtime.KeepAlive(handles)
}

// Code that waits keeps what it still uses of what it has captured, where the task's notes know its name without it.
func TestWatchedCodeKeepsWhatItUses(t *testing.T) {
	r := newRig(t)
	r.watch(t)
	var captured weak.Pointer[block]
	h := func() *JoinHandle[struct{}] {
		b := new(block)
		captured = weak.Make(b)
		return SpawnPlain(r.ex, func() {
			b[0] = 1
			r.ex.Yield()
			r.ex.Yield()
		})
	}()
	var main weak.Pointer[block]
	func() {
		b := new(block)
		main = weak.Make(b)
		fn := func() { b[0] = 1 }
		SpawnMain(r.ex, fn, func() (int, error) { fn(); return 0, r.ex.Yield() })
	}()
	r.ex.PollReady(2)
	wantFreed(t, "what it does not use any more", captured)
	wantFreed(t, "what the main task does not use any more", main)
	if name := r.ex.Tasks()[0].Function; !strings.Contains(name, "TestWatchedCodeKeepsWhatItUses") {
		t.Errorf("its function is %s", name)
	}
	r.run()
	if !h.Done() {
		t.Error("it has not ended")
	}
}
