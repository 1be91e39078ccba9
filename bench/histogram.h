// A log-linear histogram of latencies, in the manner of HdrHistogram: every power of two is cut into the same number
// of equal buckets, so that each value is kept with the same relative error, here below 1 percent. Recording is an
// increment; memory is fixed. A quantile is the upper edge of its bucket, so it never flatters.

#ifndef EDDY_BENCH_HISTOGRAM_H
#define EDDY_BENCH_HISTOGRAM_H

#include <stdint.h>

enum {
	HISTOGRAM_BITS = 7, // picked: 128 buckets per power of two, an error below 1/128
	HISTOGRAM_LINEAR = 1 << HISTOGRAM_BITS,
	HISTOGRAM_BUCKETS = (64 - HISTOGRAM_BITS + 1) * HISTOGRAM_LINEAR, // all of uint64_t
};

struct histogram {
	uint64_t count;
	uint64_t max;
	uint64_t buckets[HISTOGRAM_BUCKETS];
};

// Values below HISTOGRAM_LINEAR have a bucket each. A larger one is shifted right until only its first
// HISTOGRAM_BITS + 1 bits are left; the shift picks the block, the bits after the first pick the bucket in it.
static inline unsigned histogram_index(uint64_t value)
{
	if (value < HISTOGRAM_LINEAR)
		return (unsigned)value;

	unsigned shift = 63 - (unsigned)__builtin_clzll(value) - HISTOGRAM_BITS;

	return shift * HISTOGRAM_LINEAR + (unsigned)(value >> shift);
}

// The largest value that falls into a bucket.
static inline uint64_t histogram_upper_edge(unsigned index)
{
	if (index < HISTOGRAM_LINEAR)
		return index;

	unsigned shift = index / HISTOGRAM_LINEAR - 1;
	uint64_t bits = index % HISTOGRAM_LINEAR + HISTOGRAM_LINEAR;

	return (bits << shift) + (((uint64_t)1 << shift) - 1);
}

static inline void histogram_record(struct histogram *h, uint64_t value)
{
	h->count++;
	h->buckets[histogram_index(value)]++;
	if (value > h->max)
		h->max = value;
}

// The smallest recorded value (up to its bucket) that at least permille out of 1000 values do not exceed; 0 if
// nothing was recorded.
static inline uint64_t histogram_quantile(const struct histogram *h, unsigned permille)
{
	uint64_t wanted = (h->count * permille + 999) / 1000;
	uint64_t seen = 0;

	for (unsigned i = 0; wanted > 0 && i < HISTOGRAM_BUCKETS; i++) {
		seen += h->buckets[i];
		if (seen >= wanted) {
			uint64_t edge = histogram_upper_edge(i);

			return edge < h->max ? edge : h->max;
		}
	}
	return 0;
}

#endif
