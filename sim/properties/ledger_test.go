package properties_test

import (
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/future"
	"github.com/eddy-go/eddy/sim"
)

// prompt is how late in virtual time something may come that is due. Picked: the loop's turns take none, and each wait
// that finds nothing takes a microsecond, so it is the time of a hundred idle turns.
const prompt = 100 * time.Microsecond

// promptUnderLoad is the same for a loop that is never idle: its waits that find nothing take ever longer in the world,
// up to a millisecond.
const promptUnderLoad = 2 * time.Millisecond

// ledger keeps account of the polls and wakes of the futures of one host. Its rules are those of docs/design.md:
//
//   - nothing is polled after its final result, nor after its Cancel, nor from inside a wake, nor from inside itself;
//   - what stands alone (a task's own future, the child of a join or race) is polled once without a wake, and then only
//     when it was woken since its last poll began, or when the loop takes in a wake from outside;
//   - what was woken is polled promptly;
//   - what was polled and has no final result is cancelled once.
type ledger struct {
	t       *testing.T
	w       *sim.World
	rt      *eddy.Runtime
	waking  int // wakes on the stack
	tallies []*tally
}

// tally is the account of one future. It stands between the future and whoever polls: it is the target of the wakers
// that the future takes.
type tally struct {
	ledger *ledger
	name   string
	alone  bool
	parent future.Waker

	polls    int
	woken    bool // since the last poll began
	wokenAt  time.Duration
	posted   uint64 // the turn of the last wake from outside, counted from 1; the next turn takes it in
	polling  bool
	final    bool
	canceled bool
}

func (y *tally) Wake(uint64) {
	defer y.note()()
	y.posted = y.ledger.rt.Stats().Turns
	y.parent.Wake()
}

func (y *tally) WakeLocal(uint64) {
	defer y.note()()
	y.parent.Local().Wake()
}

// note notes a wake; what it returns is called when the wake has been passed on.
func (y *tally) note() (passed func()) {
	l := y.ledger
	if !y.woken {
		y.woken, y.wokenAt = true, l.w.Elapsed()
	}
	l.waking++
	return func() { l.waking-- }
}

func (y *tally) complain(what string) {
	y.ledger.t.Errorf("%v: %s %s", y.ledger.w.Elapsed(), y.name, what)
}

func (y *tally) beginPoll() {
	l := y.ledger
	switch {
	case y.final:
		y.complain("was polled after its final result")
	case y.canceled:
		y.complain("was polled after its Cancel")
	case y.polling:
		y.complain("was polled from inside itself")
	case l.waking > 0:
		y.complain("was polled from inside a wake")
	case y.alone && y.polls > 0 && !y.woken && !y.takenIn():
		y.complain("was polled without a wake")
	case y.late():
		y.complain("was polled " + (l.w.Elapsed() - y.wokenAt).String() + " after its wake")
	}
	y.woken = false
	y.polling = true
	y.polls++
}

// takenIn reports whether a wake from outside was on its way when the future was last polled, and has arrived now.
func (y *tally) takenIn() bool {
	return y.posted > 0 && y.ledger.rt.Stats().Turns == y.posted+1
}

// late reports whether a wake has been without a poll for too long.
func (y *tally) late() bool {
	return y.alone && y.woken && y.ledger.w.Elapsed()-y.wokenAt > prompt
}

// probe is a future with an account.
type probe[T any] struct {
	tally
	f  eddy.Future[T]
	cx future.Context
}

// watched returns f with an account.
func watched[T any](l *ledger, name string, f eddy.Future[T]) *probe[T] {
	p := &probe[T]{f: f, tally: tally{ledger: l, name: name}}
	l.tallies = append(l.tallies, &p.tally)
	return p
}

// alone is watched for a task's own future, or a child of a join or race.
func alone[T any](l *ledger, name string, f eddy.Future[T]) *probe[T] {
	p := watched(l, name, f)
	p.alone = true
	return p
}

func (p *probe[T]) Poll(cx *future.Context) (T, error) {
	p.beginPoll()
	defer func() { p.polling = false }() // f may panic
	p.parent = future.Waker(cx.LocalWaker())
	p.cx = cx.For(&p.tally, 0)
	v, err := p.f.Poll(&p.cx)
	p.final = err != future.Pending
	return v, err
}

func (p *probe[T]) Cancel() {
	switch {
	case p.final:
		p.complain("was cancelled after its final result")
	case p.canceled:
		p.complain("was cancelled twice")
	case p.polling:
		p.complain("was cancelled inside its poll")
	case p.polls == 0:
		p.complain("was cancelled, but never polled")
	}
	p.canceled = true
	p.f.Cancel()
}

// lost complains about wakes that led to no poll. It is for a moment when the host has had the time to follow.
func (l *ledger) lost() {
	l.t.Helper()
	for _, y := range l.tallies {
		if !y.final && !y.canceled && y.late() {
			l.t.Errorf("%s was woken at %v and never polled again", y.name, y.wokenAt)
		}
	}
}

// ended complains about futures that were left behind. It is for the time after the end of the host.
func (l *ledger) ended() {
	l.t.Helper()
	for _, y := range l.tallies {
		if y.polls > 0 && !y.final && !y.canceled {
			l.t.Errorf("%s was polled %d times, and then forgotten", y.name, y.polls)
		}
	}
}
