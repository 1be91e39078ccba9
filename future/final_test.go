package future_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/future"
)

func TestCheckFinal(t *testing.T) {
	future.CheckFinal(t, nil)
	future.CheckFinal(t, errors.New("final"))
	v := wantPanic(t, func() { future.CheckFinal(&leaf{}, fmt.Errorf("read: %w", future.Pending)) })
	if s, _ := v.(string); !strings.Contains(s, "*future_test.leaf") || !strings.Contains(s, "read: ") {
		t.Errorf("the panic names neither the future nor its error: %v", v)
	}
}

// Every combinator refuses a child's error that wraps Pending, and names the child.
func TestCombinatorsRefuseAWrappedPending(t *testing.T) {
	forEach(t, slices.Concat(groups, wrappers), func(t *testing.T, k kind, ls []*leaf, task *eddytest.Task[struct{}]) {
		ls[0].err, ls[0].done = fmt.Errorf("read: %w", future.Pending), true
		v := wantPanic(t, func() { task.Poll() })
		if s, _ := v.(string); !strings.Contains(s, "*future_test.leaf") {
			t.Errorf("panic %v", v)
		}
		task.Cancel()
		if ls[0].cancels != 1 {
			t.Error("the future that is not done was not cancelled")
		}
	})
}

// Every future of this package panics, with its name, when it is polled after its final result.
func TestPollAfterTheFinalResultPanics(t *testing.T) {
	check := func(t *testing.T, name string, task *eddytest.Task[struct{}]) {
		t.Helper()
		v := wantPanic(t, func() { task.Poll() })
		if want := "future: " + name + " polled after its final result"; v != want {
			t.Errorf("panic %q; want %q", v, want)
		}
	}
	for _, err := range []error{nil, errors.New("boom")} {
		forEach(t, slices.Concat(groups, wrappers), func(t *testing.T, k kind, ls []*leaf, task *eddytest.Task[struct{}]) {
			for _, l := range ls {
				l.done, l.err = true, err
			}
			if _, got := task.Poll(); got != err {
				t.Fatal(got)
			}
			name, _, _ := strings.Cut(k.name, "'")
			check(t, name, task)
		})
		leafs := map[string]future.Future[struct{}]{
			"Func":          future.Func(func(*future.Context) (struct{}, error) { return struct{}{}, err }),
			"Ready or Fail": future.Fail[struct{}](err),
		}
		for name, f := range leafs {
			task := eddytest.NewTask(t, f)
			if _, got := task.Poll(); got != err {
				t.Fatal(got)
			}
			check(t, name, task)
		}
	}
}

// A cancelled group is at its end too.
func TestPollAfterCancelPanics(t *testing.T) {
	forEach(t, slices.Concat(groups, wrappers[:2]), func(t *testing.T, k kind, ls []*leaf, task *eddytest.Task[struct{}]) {
		wantPending(t, task)
		task.Cancel()
		wantPanic(t, func() { task.Poll() })
	})
}
