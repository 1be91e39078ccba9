//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package kernel

import (
	"reflect"
	"runtime"
	"testing"
	"time"
	"unsafe"
)

// wordTokens use every part of the machine word.
func wordTokens() []Token {
	const ones = ^Token(0)
	return []Token{0, 1, ones - 1, ones >> 1, ones ^ ones>>1, ones &^ 0xff, ones ^ ones>>(unsafe.Sizeof(ones)*4)}
}

// F2, F38: the kernel and our own memory keep a token as an integer. These look like addresses of the heap whose
// object is gone, which the collector does not survive in a field that it takes for a pointer.
func TestTokensSurviveTheCollector(t *testing.T) {
	if kind := reflect.TypeFor[Kevent]().Field(reflect.TypeFor[Kevent]().NumField() - 1).Type.Elem().Kind(); kind != reflect.Uintptr {
		t.Fatalf("the token's field holds %v", kind)
	}
	tokens := append(wordTokens(), freed()...)
	var kept []Kevent // what a kernel keeps
	var at int
	k, s := scripted(t)
	k.queue.Kevent = func(changes, events []Kevent, _ time.Duration) (int, Errno) {
		if len(events) == 0 {
			kept = append(kept, changes...)
			return 0, 0
		}
		n := copy(events, kept[at:])
		at += n
		return n, 0
	}
	for fd, token := range tokens {
		k.Register(fd, token)
	}
	runtime.GC()
	runtime.GC()
	events := make([]Event, 3)
	for i := 0; i < 2*len(tokens); {
		n, errno := k.Wait(events, 0)
		runtime.GC()
		if n == 0 || errno != 0 {
			t.Fatalf("Wait: %d, %v", n, errno)
		}
		for _, e := range events[:n] {
			if want := tokens[i/2]; e.Token != want {
				t.Errorf("token %#x came back as %#x", want, e.Token)
			}
			i++
		}
	}
	s.done()
}

// freed returns addresses of objects that the collector has taken back; they are too large for a stack.
func freed() (tokens []Token) {
	for range 64 {
		tokens = append(tokens, Token(unsafe.Pointer(new([1 << 17]byte))))
	}
	runtime.GC()
	runtime.GC()
	return tokens
}

// countedWakes is a wake-up that counts how often it was fetched.
type countedWakes struct{ n int }

func (c *countedWakes) wake()    {}
func (c *countedWakes) fetched() { c.n++ }
func (c *countedWakes) close()   {}

// F2: half of it is not enough.
func TestWakeTokenIsComparedWhole(t *testing.T) {
	for _, token := range append(wordTokens(), WakeToken) {
		k, s := scripted(t, answer{events: []Kevent{newKevent(wakeIdent, EvfiltUser, EvClear, 0, token)}})
		wakes := &countedWakes{}
		k.wakeup = wakes
		events := make([]Event, 1)
		if n, errno := k.Wait(events, -1); n != 1 || errno != 0 || events[0].Token != token {
			t.Errorf("%#x: %d, %v, %+v", token, n, errno, events)
		}
		if (wakes.n == 1) != (token == WakeToken) {
			t.Errorf("%#x was taken for a wake %d times", token, wakes.n)
		}
		s.done()
	}
}
