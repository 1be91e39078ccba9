package tape

import (
	"math/bits"
	"time"
)

// Below decides between n choices: 0 <= Below < n. what names the decision in the trace. Where there is no choice
// nothing is drawn.
func (t *Tape) Below(what string, n int) int {
	if n <= 1 {
		return 0
	}
	var x uint64
	if t.chance != nil {
		x, _ = bits.Mul64(t.chance.Uint64(), uint64(n))
	} else {
		x = t.number(n) % uint64(n)
	}
	t.decided(what, x)
	return int(x)
}

// number takes as many bytes as a choice between n needs: few bytes a decision let a fuzzer reach far.
func (t *Tape) number(n int) (x uint64) {
	for rest := uint64(n - 1); rest > 0; rest >>= 8 {
		x = x<<8 | uint64(t.next())
	}
	return x
}

// next takes a byte; behind the end there are zeros.
func (t *Tape) next() byte {
	if len(t.given) == 0 {
		return 0
	}
	b := t.given[0]
	t.given = t.given[1:]
	return b
}

// Chance decides whether something with probability p happens. With p <= 0 nothing is drawn.
func (t *Tape) Chance(what string, p float64) bool {
	if p <= 0 {
		return false
	}
	var yes bool
	if t.chance != nil {
		const precision = 1 << 53 // what a float64 holds
		yes = float64(t.chance.Uint64()%precision) < p*precision
	} else {
		yes = t.high(p)
	}
	var result uint64
	if yes {
		result = 1
	}
	t.decided(what, result)
	return yes
}

// high takes a byte for a chance: the share p of the values says yes, from the highest down, so that zero is no. The
// highest always says yes: however rare a thing is, a fuzzer finds it.
func (t *Tape) high(p float64) bool {
	b := t.next()
	return b == 255 || b > 0 && float64(b) >= 256*(1-p)
}

// Between draws a duration, lo <= Between <= hi. Where there is no choice nothing is drawn.
func (t *Tape) Between(what string, lo, hi time.Duration) time.Duration {
	if hi <= lo {
		return lo
	}
	span := uint64(hi - lo)
	var x uint64
	if t.chance != nil {
		x, _ = bits.Mul64(t.chance.Uint64(), span+1)
	} else {
		// One byte, spread evenly: 0 is lo, 255 is hi.
		b := uint64(t.next())
		x = span/255*b + span%255*b/255
	}
	d := lo + time.Duration(x)
	t.decided(what, uint64(d))
	return d
}
