//go:build linux

package main

import "math/rand/v2"

// kind is a kind of clients, and in which rounds it plays how often.
type kind struct {
	act     func(*actor)
	weight  int
	behaved bool
	foreign bool // not ours: it cannot tell why it was cut off
}

func single(name string, act func(*session) (ending, error)) func(*actor) {
	return func(a *actor) { a.connect(name, act) }
}

// kinds are all clients. The weights are picked: so that each comes in most rounds, and none fills one.
var kinds = []kind{
	{act: single("talk", talk), weight: 20, behaved: true},
	{act: single("pipeline", pipeline), weight: 12, behaved: true},
	{act: single("half-close and drain", halfClose), weight: 12, behaved: true},
	{act: single("half-close at once", sayNothing), weight: 6, behaved: true},
	{act: single("byte by byte", bytewise), weight: 8, behaved: true},
	{act: single("slow reader", readSlowly), weight: 6, behaved: true},
	{act: single("urgent data", urgent), weight: 8, behaved: true},
	{act: netcat, weight: 1, behaved: true, foreign: true},
	{act: ncat, weight: 1, behaved: true, foreign: true},
	{act: socat, weight: 1, behaved: true, foreign: true},
	{act: stopped, weight: 1, foreign: true},
	{act: redisBenchmark, weight: 1, foreign: true},
	{act: single("never reads", neverRead), weight: 4},
	{act: single("leaves unread", leaveUnread), weight: 8},
	{act: single("vanishes", vanish), weight: 12},
	{act: single("silent", silent), weight: 6},
	{act: single("flood", flood), weight: 4},
	{act: storm, weight: 1, behaved: true},
}

// draw picks a kind among those that the round wants.
func draw(rng *rand.Rand, wanted func(kind) bool) kind {
	total := 0
	for _, k := range kinds {
		if wanted(k) {
			total += k.weight
		}
	}
	at := rng.IntN(total)
	for _, k := range kinds {
		if wanted(k) {
			if at -= k.weight; at < 0 {
				return k
			}
		}
	}
	panic("unreachable: the weights add up to the total")
}
