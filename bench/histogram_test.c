// Every bucket's edges, and quantiles of known values.

#include <stdio.h>
#include <stdlib.h>

#include "histogram.h"

static struct histogram h;

static void want(const char *what, uint64_t got, uint64_t least, uint64_t most)
{
	if (got >= least && got <= most)
		return;
	fprintf(stderr, "histogram: %s is %llu, not from %llu to %llu\n", what, (unsigned long long)got,
		(unsigned long long)least, (unsigned long long)most);
	exit(1);
}

int main(void)
{
	// The buckets follow one another without a gap, each narrow enough, up to the largest value.
	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
		uint64_t upper = histogram_upper_edge(i);
		uint64_t lower = i == 0 ? 0 : histogram_upper_edge(i - 1) + 1;

		want("the bucket of an upper edge", histogram_index(upper), i, i);
		want("the bucket of a lower edge", histogram_index(lower), i, i);
		want("a bucket's width", upper - lower, 0, lower >> HISTOGRAM_BITS);
	}
	want("the last edge", histogram_upper_edge(HISTOGRAM_BUCKETS - 1), UINT64_MAX, UINT64_MAX);

	want("a quantile of nothing", histogram_quantile(&h, 500), 0, 0);
	for (uint64_t v = 1; v <= 100000; v++)
		histogram_record(&h, v * 1000);
	want("p50", histogram_quantile(&h, 500), 50000000, 50000000 + (50000000 >> HISTOGRAM_BITS));
	want("p99", histogram_quantile(&h, 990), 99000000, 99000000 + (99000000 >> HISTOGRAM_BITS));
	want("p99.9", histogram_quantile(&h, 999), 99900000, 100000000);
	want("the largest", histogram_quantile(&h, 1000), 100000000, 100000000);
	return 0;
}
