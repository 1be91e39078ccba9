package eddy_test

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/eddy-go/eddy"
)

func ExampleGroup() {
	eddy.BlockOn(func(rt *eddy.Runtime) error {
		g := rt.Group()
		g.Go(func() error { return errors.New("the disk is full") })
		g.Go(func() error {
			defer fmt.Println("the sibling has cleaned up")
			return rt.Sleep(time.Hour)
		})
		fmt.Println(g.Wait())
		return nil
	})
	// Output:
	// the sibling has cleaned up
	// the disk is full
}

func ExampleRuntime_Group() {
	eddy.BlockOn(func(rt *eddy.Runtime) error {
		err := rt.WithTimeout(time.Millisecond, func() error {
			g := rt.Group() // its children have this deadline
			g.Go(func() error { return rt.Sleep(time.Hour) })
			return g.Wait()
		})
		fmt.Println(errors.Is(err, os.ErrDeadlineExceeded))
		return nil
	})
	// Output: true
}

func ExampleGo() {
	eddy.BlockOn(func(rt *eddy.Runtime) error {
		g := rt.Group()
		lookUp := func(name string) *eddy.JoinHandle[int] {
			return eddy.Go(g, func() (int, error) { return len(name), rt.Sleep(time.Millisecond) })
		}
		one, other := lookUp("eddy"), lookUp("current")
		if err := g.Wait(); err != nil {
			return err
		}
		a, _ := one.Join()
		b, _ := other.Join()
		fmt.Println(a, b)
		return nil
	})
	// Output: 4 7
}

func ExampleGroup_SetLimit() {
	eddy.BlockOn(func(rt *eddy.Runtime) error {
		g := rt.Group()
		g.SetLimit(2)
		running, most := 0, 0
		for range 10 {
			g.Go(func() error { // waits while two are running
				running++
				most = max(most, running)
				defer func() { running-- }()
				return rt.Sleep(time.Millisecond)
			})
		}
		fmt.Println(g.Wait(), most)
		return nil
	})
	// Output: <nil> 2
}

func ExampleGroup_Cancel() {
	eddy.BlockOn(func(rt *eddy.Runtime) error {
		g := rt.Group()
		for range 3 {
			g.Go(func() error { return rt.Sleep(time.Hour) })
		}
		g.Cancel()
		fmt.Println(g.Wait())
		return nil
	})
	// Output: eddy: task canceled: context canceled
}

func ExampleGroup_Wait_panic() {
	eddy.BlockOn(func(rt *eddy.Runtime) error {
		defer func() {
			panicked := recover().(*eddy.PanicError)
			fmt.Println(panicked.Value, len(panicked.Stack) > 0)
		}()
		g := rt.Group()
		g.Go(func() error { panic("a child's") })
		return g.Wait()
	})
	// Output: a child's true
}
