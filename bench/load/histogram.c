/* Reads quantiles out of a log-linear histogram. */
#include "base.h"
#include "histogram.h"

double hist_quantile(const struct hist *h, double q)
{
	if (!h->n)
		return 0;
	u64 want = (u64)ceil(q * (double)h->n), acc = 0;
	if (want < 1)
		want = 1;
	for (u32 i = 0; i < HN; i++) {
		acc += h->b[i];
		if (acc < want)
			continue;
		double v = i;
		if (i >= (1u << HSUB)) {
			int sh = (int)(i >> HSUB) - 1;
			u64 base = (u64)((1u << HSUB) + (i & ((1u << HSUB) - 1))) << sh;
			v = (double)base + (double)(sh ? (1ULL << sh) / 2 : 0);
		}
		if (v > (double)h->max)
			v = (double)h->max;
		if (v < (double)h->min)
			v = (double)h->min;
		return v;
	}
	return (double)h->max;
}
