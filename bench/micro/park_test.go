package micro

import (
	"errors"
	"sync"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/future"
)

// One operation is a park and a resume: two tasks wake each other by turns, with nothing but the wake. Goroutines have
// nothing barer than a channel.
var parks = contest{
	{"eddy", func(_ stopwatch, n int) (done int, err error) {
		var gates [2]gate
		err = eddy.BlockOn(func(rt *eddy.Runtime) error {
			play := func(me int) *eddy.JoinHandle[struct{}] {
				return eddy.Spawn(rt, func() (struct{}, error) {
					for range eachOf(n) {
						if _, err := eddy.Await[struct{}](rt, pass{&gates[me]}); err != nil {
							return struct{}{}, err
						}
						if done%2 != me {
							return struct{}{}, errOutOfTurn
						}
						done++
						gates[1-me].open()
					}
					return struct{}{}, nil
				})
			}
			return openAndJoin(&gates[0], play(0), play(1))
		})
		return done, err
	}},
	{"eddy-future", func(_ stopwatch, n int) (done int, err error) {
		var gates [2]gate
		err = eddy.BlockOn(func(rt *eddy.Runtime) error {
			play := func(me int) *eddy.JoinHandle[struct{}] {
				return eddy.SpawnFuture[struct{}](rt, &player{&gates[me], &gates[1-me], me, eachOf(n), &done})
			}
			return openAndJoin(&gates[0], play(0), play(1))
		})
		return done, err
	}},
	{"goroutines", func(_ stopwatch, n int) (done int, err error) {
		gates := [2]chan struct{}{make(chan struct{}, 1), make(chan struct{}, 1)}
		var players sync.WaitGroup
		for me := range gates {
			players.Go(func() {
				for range eachOf(n) {
					<-gates[me]
					done++ // one at a time, ordered by the gates
					gates[1-me] <- struct{}{}
				}
			})
		}
		gates[0] <- struct{}{}
		players.Wait()
		return done, nil
	}},
}

var errOutOfTurn = errors.New("a task has passed a gate that was not opened")

// eachOf is how many of n operations each of two players does.
func eachOf(n int) int { return (n + 1) / 2 }

func openAndJoin(first *gate, players ...*eddy.JoinHandle[struct{}]) error {
	first.open()
	for _, p := range players {
		if _, err := p.Join(); err != nil {
			return err
		}
	}
	return nil
}

// gate is what one task waits at and another opens. It lets one pass each time.
type gate struct {
	isOpen bool
	waiter future.LocalWaker
}

func (g *gate) open() {
	g.isOpen = true
	g.waiter.Wake()
}

// enter passes through the gate, or has cx woken when it opens.
func (g *gate) enter(cx *future.Context) bool {
	if g.isOpen {
		g.isOpen = false
		return true
	}
	g.waiter = cx.LocalWaker()
	return false
}

// pass is the future of one passage. As large as a pointer, it is a Future without an allocation.
type pass struct{ gate *gate }

func (p pass) Poll(cx *future.Context) (struct{}, error) {
	if !p.gate.enter(cx) {
		return struct{}{}, future.Pending
	}
	return struct{}{}, nil
}

func (p pass) Cancel() { p.gate.waiter = future.LocalWaker{} }

// player is the future of all passages of one side.
type player struct {
	mine, other *gate
	me, left    int
	done        *int
}

func (p *player) Poll(cx *future.Context) (struct{}, error) {
	for ; p.left > 0; p.left-- {
		if !p.mine.enter(cx) {
			return struct{}{}, future.Pending
		}
		if *p.done%2 != p.me {
			return struct{}{}, errOutOfTurn
		}
		*p.done++
		p.other.open()
	}
	return struct{}{}, nil
}

func (p *player) Cancel() { p.mine.waiter = future.LocalWaker{} }
