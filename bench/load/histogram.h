/* A log-linear histogram, 128 sub-buckets per power of two: the relative error is below 0.4 %. */
#pragma once
#include "base.h"

#define HSUB 7
#define HN ((64 - HSUB + 1) << HSUB)
struct hist {
	u64 n, min, max;
	double sum;
	u64 b[HN];
};

static inline void hist_add(struct hist *h, u64 v)
{
	u32 i;
	if (v < (1u << HSUB)) {
		i = (u32)v;
	} else {
		int sh = 63 - __builtin_clzll(v) - HSUB;
		i = (u32)((sh + 1) << HSUB) + (u32)((v >> sh) & ((1u << HSUB) - 1));
	}
	h->b[i]++;
	if (h->n++ == 0 || v < h->min)
		h->min = v;
	if (v > h->max)
		h->max = v;
	h->sum += (double)v;
}

/* The value below which the share q of all values lies; 0 when there are none. */
double hist_quantile(const struct hist *h, double q);
