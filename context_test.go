//go:build unix

package eddy_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
)

func TestContextFollowsTheTask(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		var inTask context.Context
		h := rt.Spawn(func() {
			inTask = rt.Context()
			rt.Sleep(time.Hour)
			if cause := context.Cause(inTask); cause != eddy.ErrCanceled {
				t.Errorf("canceled: cause %v", cause)
			}
		})
		untilWaiting(t, rt, 1)
		must(t, inTask.Err())
		h.Cancel()
		h.Join()
		var after context.Context
		rt.Spawn(func() { after = rt.Context() }).Join()
		if after.Err() == nil {
			t.Error("the context outlived its task")
		}
	})
}

func TestContextTellsTheTimeout(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		if _, ok := rt.Context().Deadline(); ok {
			t.Error("a deadline without WithTimeout")
		}
		begin := rt.Now()
		err := rt.WithTimeout(3*time.Millisecond, func() error {
			ctx := rt.Context()
			deadline, ok := ctx.Deadline()
			if !ok || deadline.Before(begin.Add(3*time.Millisecond)) {
				t.Errorf("deadline %v, %v", deadline, ok)
			}
			err := rt.Sleep(time.Hour)
			if rt.Now().Before(deadline) {
				t.Error("the timeout was early")
			}
			if !errors.Is(context.Cause(ctx), context.DeadlineExceeded) {
				t.Errorf("cause %v", context.Cause(ctx))
			}
			return err
		})
		if !isTimeout(err) {
			t.Errorf("got %v", err)
		}
	})
}
