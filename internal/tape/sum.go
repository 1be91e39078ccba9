package tape

import "math/bits"

// mix adds a word to a sum. It tells sums apart, and no more: it is no cryptographic hash.
func mix(sum, x uint64) uint64 {
	high, low := bits.Mul64(sum^x^0x243f6a8885a308d3, 0x9fb21c651e98df25) // bits of pi, and an odd number; picked
	return (high ^ low) + 0x9e3779b97f4a7c15*(sum|1)
}

// mixString adds a name to a sum, and its length, so that "a", "bc" and "ab", "c" differ.
func mixString(sum uint64, s string) uint64 {
	x := uint64(len(s))
	for i := 0; i < len(s); i++ {
		x = (x ^ uint64(s[i])) * 0x100000001b3 // FNV-1a's prime
	}
	return mix(sum, x)
}
