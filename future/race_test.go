package future_test

import (
	"errors"
	"testing"

	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/future"
)

// The first result wins; the losers are cancelled, each once.
func TestRaceCancelsTheLosers(t *testing.T) {
	ls, fs := leaves(3)
	task := eddytest.NewTask(t, future.Race(fs...))
	wantPending(t, task)
	ls[1].finish(7)
	wantValue(t, task, 7)
	wantCounts(t, ls, []int{1, 2, 1}, []int{1, 0, 1})
}

// An error is a final result too, and wins.
func TestRaceIsWonByAnError(t *testing.T) {
	forEach(t, groups[3:], func(t *testing.T, k kind, ls []*leaf, task *eddytest.Task[struct{}]) {
		boom := errors.New("boom")
		wantPending(t, task)
		ls[1].fail(boom)
		wantError(t, task, boom)
		polls, cancels := each(k.n, 1), each(k.n, 1)
		polls[1], cancels[1] = 2, 0
		wantCounts(t, ls, polls, cancels)
	})
}

// Ready in the same first Poll: the lowest index wins, and those behind it are not even polled.
func TestRaceStopsAtTheFirstWinner(t *testing.T) {
	forEach(t, groups[3:], func(t *testing.T, k kind, ls []*leaf, task *eddytest.Task[struct{}]) {
		for _, l := range ls {
			l.done = true
		}
		wantValue(t, task, struct{}{})
		polls := each(k.n, 0)
		polls[0] = 1
		wantCounts(t, ls, polls, each(k.n, 0))
	})
}

// Ready in the same later Poll: the lowest index wins, in whatever order they were woken and from wherever.
func TestRaceLowestIndexWinsWhateverTheOrderOfWakes(t *testing.T) {
	for _, outside := range []bool{false, true} {
		ls, fs := leaves(20)
		for _, l := range ls {
			l.outside = outside
		}
		ls[5].outside = false // one is woken on the loop in any case
		task := eddytest.NewTask(t, future.Race(fs...))
		wantPending(t, task)
		for _, i := range []int{17, 4, 19, 3, 12, 5} {
			ls[i].finish(i)
		}
		wantValue(t, task, 3)
		if ls[4].polls != 1 || ls[4].cancels != 1 {
			t.Errorf("the second of those ready: %d polls, %d cancels; want 1, 1", ls[4].polls, ls[4].cancels)
		}
	}
}

// The losers are cancelled after the winner's Poll has returned, in order, and between polls.
func TestRaceCancelsInOrderAfterTheWinnersPoll(t *testing.T) {
	var trace []string
	ls, fs := leaves(3)
	for i, l := range ls {
		l.trace = func(what string, _ *leaf) { trace = append(trace, what+string(rune('0'+i))) }
	}
	task := eddytest.NewTask(t, future.Race(fs...))
	wantPending(t, task)
	ls[1].finish(1)
	wantValue(t, task, 1)
	if got, want := join(trace), "poll0 poll1 poll2 poll1 cancel0 cancel2"; got != want {
		t.Errorf("%s; want %s", got, want)
	}
}

func TestRaceOfNothingPanics(t *testing.T) {
	wantPanic(t, func() { future.Race[int]() })
}

func TestSelectSaysWhichWon(t *testing.T) {
	for i := range 2 {
		ls, fs := leaves(2)
		task := eddytest.NewTask(t, future.Select2(fs[0], fs[1]))
		wantPending(t, task)
		ls[i].finish(9)
		want := []future.Selected2[int, int]{{Index: 0, First: 9}, {Index: 1, Second: 9}}
		wantValue(t, task, want[i])
	}
	for i := range 3 {
		ls, fs := leaves(3)
		task := eddytest.NewTask(t, future.Select3(fs[0], fs[1], fs[2]))
		wantPending(t, task)
		ls[i].finish(9)
		want := []future.Selected3[int, int, int]{{Index: 0, First: 9}, {Index: 1, Second: 9}, {Index: 2, Third: 9}}
		wantValue(t, task, want[i])
	}
}

// The winner's value and error are passed on as they are, both at the same time too, as a write's may be.
func TestRacePassesValueAndErrorOn(t *testing.T) {
	boom := errors.New("boom")
	partial := future.Func(func(*future.Context) (int, error) { return 3, boom })
	if v, err := eddytest.NewTask(t, future.Race(partial)).Poll(); v != 3 || err != boom {
		t.Errorf("Race: %v, %v", v, err)
	}
}

// What comes along with Pending is not a value.
func TestGroupsDropWhatComesWithPending(t *testing.T) {
	junk := future.Func(func(*future.Context) (int, error) { return 3, future.Pending })
	if v, err := eddytest.NewTask(t, future.Race(junk)).Poll(); v != 0 || err != future.Pending {
		t.Errorf("Race: %v, %v", v, err)
	}
	won := eddytest.NewTask(t, future.Select2(junk, future.Ready(4)))
	wantValue(t, won, future.Selected2[int, int]{Index: 1, Second: 4})
}

func TestSelectSaysWhichFailed(t *testing.T) {
	boom := errors.New("boom")
	two := eddytest.NewTask(t, future.Select2(future.Func(pendingForEver), future.Fail[string](boom)))
	if v, err := two.Poll(); err != boom || v.Index != 1 {
		t.Errorf("Select2: %+v, %v", v, err)
	}
	three := eddytest.NewTask(t, future.Select3(future.Func(pendingForEver), future.Func(pendingForEver), future.Fail[string](boom)))
	if v, err := three.Poll(); err != boom || v.Index != 2 {
		t.Errorf("Select3: %+v, %v", v, err)
	}
}

func pendingForEver(*future.Context) (int, error) { return 0, future.Pending }
