package esync_test

import (
	"runtime"
	"testing"
	"weak"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/esync"
)

// A Chan keeps nothing alive that was received, nor what a Send that has ended was to send.
func TestChanLetsGoOfItems(t *testing.T) {
	blockOn(t, func(rt *eddy.Runtime) {
		c := esync.NewChan[*[64]byte](1)
		var items []weak.Pointer[[64]byte]
		item := func() *[64]byte {
			v := new([64]byte)
			items = append(items, weak.Make(v))
			return v
		}
		rt.Spawn(func() {
			for range 3 {
				_ = c.Send(rt, item())
			}
		})
		settle(rt)
		for range 3 {
			_, err := c.Recv(rt)
			must(t, err)
			settle(rt)
		}
		must(t, c.Send(rt, new([64]byte)))
		never := rt.Spawn(func() { _ = c.Send(rt, item()) })
		settle(rt)
		never.Cancel()
		_, _ = never.Join()
		runtime.GC()
		for i, v := range items {
			if v.Value() != nil {
				t.Errorf("item %d is kept", i)
			}
		}
		runtime.KeepAlive(c)
	})
}

// A buffer that has wrapped round keeps the order where it grows.
func TestBufferGrowsInOrder(t *testing.T) {
	for begin := range 9 {
		c := esync.NewChan[int](100)
		next := 0
		for range begin {
			c.TrySend(0)
			c.TryRecv()
		}
		for i := range 100 {
			if !c.TrySend(i) {
				t.Fatalf("no room for %d", i)
			}
		}
		for v, ok := c.TryRecv(); ok; v, ok = c.TryRecv() {
			if v != next {
				t.Fatalf("received %d; want %d", v, next)
			}
			next++
		}
		if next != 100 {
			t.Errorf("received %d of 100", next)
		}
	}
}
