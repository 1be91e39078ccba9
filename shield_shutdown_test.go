//go:build unix

package eddy_test

import (
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/internal/kernel"
)

// When the runtime ends, a Shield has the grace period to finish, and so have the groups in it, those inside them, and
// those of an Async that is awaited in it. Children of other groups are cancelled with all tasks.
func TestShieldFinishesWhenTheRuntimeEnds(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		rt := newRuntime(t, eddy.Config{Grace: time.Hour}, k)
		finished, canceled := 0, 0
		blockOn(t, rt, func(t *testing.T, rt *eddy.Runtime) {
			cleanUp := func() error {
				err := rt.Sleep(2 * time.Millisecond)
				must(t, err)
				finished++
				return err
			}
			rt.Spawn(func() {
				g := rt.Group()
				g.Go(func() error {
					if rt.Sleep(time.Hour) == eddy.ErrCanceled {
						canceled++
					}
					return nil
				})
				must(t, rt.Shield(func() error {
					g := rt.Group()
					g.Go(cleanUp)
					g.Go(func() error {
						_, err := eddy.Await(rt, eddy.Async(rt, func() (int, error) {
							g := rt.Group()
							g.Go(cleanUp)
							return 0, g.Wait()
						}))
						return err
					})
					return g.Wait()
				}))
				if err := g.Wait(); err != eddy.ErrCanceled {
					t.Errorf("behind the Shield: %v", err)
				}
			})
			for range 3 {
				must(t, rt.Yield())
			}
		})
		if finished != 2 || canceled != 1 {
			t.Errorf("%d of 2 finished, %d of 1 canceled", finished, canceled)
		}
	})
}
