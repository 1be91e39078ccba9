//go:build linux

package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"sync"
	"time"
)

// soak is the whole run. It belongs to the main goroutine.
type soak struct {
	dir    string
	rng    *rand.Rand
	rounds int

	long    *server // of the calm and the mixed rounds
	counted counters
	base    sample // what it holds without clients
	samples []sample
	peak    sample
	last    counters // of its end

	roundsOf   map[string]int
	all        *ledger // of all rounds
	injected   map[string]int64
	timeouts   int64
	violations []string
}

func newSoak(dir string, seed uint64) *soak {
	return &soak{
		dir: dir, rng: rand.New(rand.NewPCG(seed, 0)),
		roundsOf: map[string]int{}, all: newLedger(), injected: map[string]int64{},
	}
}

// run plays rounds until the time is over or something is wrong. Its error says why it could not go on.
func (k *soak) run(ctx context.Context, length time.Duration) (err error) {
	end := time.Now().Add(length)
	if err := k.begin(ctx); err != nil {
		return err
	}
	defer k.long.kill()
	rounds := deck[string]{cards: roundDeck, rng: k.rng}
	failing := deck[fault]{cards: faults, rng: k.rng}
	for left := length; left > 0 && err == nil && len(k.violations) == 0; left = time.Until(end) {
		k.rounds++
		name := rounds.deal()
		k.roundsOf[name]++
		length := min(left, roundLength)
		what := name
		switch name {
		case calmRound:
			err = k.sharedRound(ctx, length, func(c kind) bool { return c.behaved })
		case mixedRound:
			err = k.sharedRound(ctx, length, func(kind) bool { return true })
		case idleRound:
			err = k.idleRound(ctx, length)
		case faultRound:
			f := failing.deal()
			what += ", " + f.name
			err = k.faultRound(ctx, length, f)
		}
		if ctx.Err() == nil && (err != nil || len(k.violations) > 0) {
			fmt.Printf("round %d (%s) went wrong\n", k.rounds, what)
		}
	}
	if err != nil {
		return err
	}
	return k.finish()
}

// begin starts the server that lives long. A crowd that fills it makes as many coroutines as the runtime keeps for
// reuse: from then on their number does not change.
func (k *soak) begin(ctx context.Context) (err error) {
	k.long, err = startServer(ctx, k.dir, "long", nil, "--idle-timeout", "0", "--max-conns", fmt.Sprint(places))
	if err != nil {
		return err
	}
	var before sample
	if k.counted, before, err = k.long.quiet(nil); err != nil {
		return err
	}
	before.goroutines = unknown
	a := &actor{ctx: ctx, address: k.long.address, rng: k.rng, ledger: newLedger(), most: 1000}
	var crowd, arrived sync.WaitGroup
	arrived.Add(places)
	for range places {
		b := a.another()
		crowd.Go(func() {
			met := sync.OnceFunc(arrived.Done)
			defer met()
			b.connect("crowd", func(s *session) (ending, error) {
				end, err := talk(s)
				met()
				arrived.Wait()
				return end, err
			})
		})
	}
	crowd.Wait()
	c, now, err := k.long.quiet(&before)
	if err != nil {
		return err
	}
	k.settle(a.ledger, c.since(k.counted), 0)
	k.counted, k.base = c, now
	k.samples = append(k.samples, now)
	return nil
}

// finish ends the server that has lived long.
func (k *soak) finish() error {
	k.violations = append(k.violations, growth(k.samples)...)
	last, err := k.long.stop()
	if err != nil {
		return err
	}
	k.last = last
	for _, name := range []string{"connections", "bytes_in", "bytes_out", "left", "failed", "timeouts"} {
		if last[name] != k.counted[name] {
			k.violations = append(k.violations, fmt.Sprintf("%s was %d without clients, and %d at the end", name, k.counted[name], last[name]))
		}
	}
	return nil
}

// settle closes the ledger of a round.
func (k *soak) settle(l *ledger, c counters, explained int64) {
	k.violations = append(k.violations, l.settle(c, explained)...)
	k.timeouts += c["timeouts"]
	k.all.merge(l)
}

// cleanUp removes the files, unless they show what was wrong.
func (k *soak) cleanUp(keep bool) {
	if keep {
		fmt.Println("the servers' logs are in " + k.dir)
		return
	}
	_ = os.RemoveAll(k.dir)
}
