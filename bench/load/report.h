#pragma once
#include "base.h"

/* What the counters and samples of a run come to. */
struct summary {
	int exit_code;
	u64 expected, lost;
	double window_s, published_per_s, acked_per_s, delivered_per_s;
	u64 delivered_measured, published_measured; /* from the measurement's start until all was drained */
	double cpu_window_s, cpu_s, self_window_s;
	double disturbance_s, other_s, steal_s; /* what else ran on the machine, and over which time */
	double connect_s, rss_kb_per_conn, rss_kb_per_conn_connected;
	long rss_max_kb, hwm_kb;
	bool connect_only, sampled;
};

struct summary summarize(void);
void report_json(const struct summary *s);
void report_text(const struct summary *s);
