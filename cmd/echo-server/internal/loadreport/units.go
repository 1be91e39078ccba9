package loadreport

import (
	"fmt"
	"math"
	"strconv"
	"time"
)

// brief writes a duration with three digits and the unit that fits.
func brief(d time.Duration) string {
	for _, u := range []struct {
		unit time.Duration
		name string
	}{{time.Second, "s"}, {time.Millisecond, "ms"}, {time.Microsecond, "µs"}} {
		// 999.5 µs would be rounded to four digits.
		if float64(d) >= 0.9995*float64(u.unit) {
			return threeDigits(float64(d)/float64(u.unit)) + u.name
		}
	}
	return strconv.FormatInt(int64(d), 10) + "ns"
}

func threeDigits(x float64) string {
	decimals := 2
	switch {
	case x >= 99.95:
		decimals = 0
	case x >= 9.995:
		decimals = 1
	}
	return strconv.FormatFloat(x, 'f', decimals, 64)
}

// grouped writes a whole number with commas between thousands.
func grouped[N uint64 | int](n N) string {
	digits := strconv.FormatUint(uint64(n), 10)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// rate writes a number of messages a second.
func rate(perSecond float64) string {
	if perSecond < 100 {
		return strconv.FormatFloat(perSecond, 'f', 1, 64)
	}
	return grouped(uint64(math.Round(perSecond)))
}

// plural writes a number of things.
func plural[N uint64 | int](n N, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%s %ss", grouped(n), one)
}
