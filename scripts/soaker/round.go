//go:build linux

package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"sync"
	"time"
)

// The measures of a round. Picked: many rounds a minute, more clients at once than processors, and storms that exceed
// the limit of connections by less than the shortest queue of a listener (128 on old systems).
const (
	roundLength = 3 * time.Second
	actors      = 16
	places      = 300
	idleTimeout = 500 * time.Millisecond
)

// The kinds of rounds. A deck of them is shuffled, played to its end, and shuffled again.
const (
	calmRound  = "calm"
	mixedRound = "mixed"
	idleRound  = "idle"
	faultRound = "fault"
)

var roundDeck = []string{calmRound, mixedRound, mixedRound, idleRound, faultRound, faultRound}

// deck deals what it was made of again and again, each time in another order.
type deck[T any] struct {
	cards, left []T
	rng         *rand.Rand
}

func (d *deck[T]) deal() T {
	if len(d.left) == 0 {
		d.left = slices.Clone(d.cards)
		d.rng.Shuffle(len(d.left), func(i, j int) { d.left[i], d.left[j] = d.left[j], d.left[i] })
	}
	card := d.left[0]
	d.left = d.left[1:]
	return card
}

// play has actors play the clients that are wanted until the round is over and they have ended. Meanwhile the server's
// counters must balance at any moment.
func (k *soak) play(ctx context.Context, s *server, a *actor, length time.Duration, wanted func(kind) bool) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	a.ctx, a.address, a.places = ctx, s.address, places
	end := time.Now().Add(length)
	var cast sync.WaitGroup
	for range actors {
		b := a.another()
		cast.Go(func() {
			for time.Now().Before(end) && ctx.Err() == nil {
				draw(b.rng, wanted).act(b)
			}
		})
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		cast.Wait()
	}()
	err := k.watch(s, ended)
	if err != nil {
		cancel() // the server cannot be talked to any more
	}
	<-ended
	return err
}

// watch looks at the server every now and then until the actors have ended.
func (k *soak) watch(s *server, ended <-chan struct{}) error {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ended:
			return nil
		case <-tick.C:
		}
		memory, descriptors := s.resident(), s.descriptors()
		c, err := s.counters()
		if err != nil {
			return err
		}
		k.violations = append(k.violations, c.balance()...)
		if s == k.long {
			k.peak.memory, k.peak.descriptors = max(k.peak.memory, memory), max(k.peak.descriptors, descriptors)
			k.peak.goroutines = max(k.peak.goroutines, c["goroutines"])
		}
	}
}

// sharedRound plays on the server that lives as long as the soak.
func (k *soak) sharedRound(ctx context.Context, length time.Duration, wanted func(kind) bool) error {
	a := &actor{rng: k.rng, ledger: newLedger(), most: 1 << 20}
	if err := k.play(ctx, k.long, a, length, wanted); err != nil {
		return err
	}
	c, now, err := k.long.quiet(&k.base)
	if err != nil {
		k.violations = append(k.violations, a.ledger.violations...)
		return err
	}
	k.settle(a.ledger, c.since(k.counted), 0)
	k.counted = c
	k.samples = append(k.samples, now)
	return nil
}

// ownRound plays on a server of its own. explained returns what may have cut off clients, when the server has ended.
func (k *soak) ownRound(ctx context.Context, a *actor, length time.Duration, under, flags []string, wanted func(kind) bool,
	explained func(c counters, pid int) (int64, error),
) error {
	s, err := startServer(ctx, k.dir, fmt.Sprintf("round-%d", k.rounds), under, flags...)
	if err != nil {
		return err
	}
	defer s.kill()
	_, before, err := s.quiet(nil)
	if err != nil {
		return err
	}
	before.goroutines = unknown
	if err := k.play(ctx, s, a, length, wanted); err != nil {
		return err
	}
	if _, _, err := s.quiet(&before); err != nil {
		k.violations = append(k.violations, a.ledger.violations...)
		return err
	}
	c, err := s.stop()
	if err != nil {
		return err
	}
	n, err := explained(c, s.pid())
	if err != nil {
		return err
	}
	k.settle(a.ledger, c, n)
	return nil
}

// idleRound plays on a server with a short idle timeout, which explains whom it has counted.
func (k *soak) idleRound(ctx context.Context, length time.Duration) error {
	a := &actor{rng: k.rng, ledger: newLedger(), most: 1 << 20, idle: idleTimeout}
	flags := []string{"--idle-timeout", idleTimeout.String()}
	wanted := func(c kind) bool { return !c.foreign }
	return k.ownRound(ctx, a, length, nil, flags, wanted, func(c counters, _ int) (int64, error) {
		return c["timeouts"], nil
	})
}

// faultRound plays on a server whose system calls fail.
func (k *soak) faultRound(ctx context.Context, length time.Duration, f fault) error {
	a := &actor{rng: k.rng, ledger: newLedger(), most: 64 << 10}
	trace := filepath.Join(k.dir, fmt.Sprintf("round-%d.trace", k.rounds))
	flags := []string{"--idle-timeout", "0"}
	wanted := func(c kind) bool { return !f.kills || !c.foreign }
	return k.ownRound(ctx, a, length, f.strace(trace), flags, wanted, func(_ counters, pid int) (int64, error) {
		n, err := f.happened(ctx, trace, pid)
		if err != nil {
			return 0, err
		}
		k.injected[f.name] += n
		if n == 0 {
			k.violations = append(k.violations, f.name+" has not happened: that shows nothing")
		}
		if !f.kills {
			n = 0
		}
		return n, nil
	})
}
