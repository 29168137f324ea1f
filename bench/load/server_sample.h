/* Processor time and memory at the instants between which a run is measured. */
#pragma once
#include <sys/resource.h>
#include "base.h"

enum { S_START, S_CONNECTED, S_MEASURE, S_END, S_DRAINED, S_N };
struct sample { double cpu; u64 sched; u64 tids; long rss_kb, hwm_kb, threads; bool ok; };
struct server { int pid; struct sample s[S_N]; long rss_max_kb; };
struct snapshot { u64 t; struct rusage ru; u64 published, acked, delivered; double busy, steal; };

extern struct server *servers;
extern u32 server_count;
extern struct snapshot snapshots[S_N];

void add_server(int pid);
void add_server_tree(int pid); /* with its descendants */
void reset_high_water_marks(void);
void take_sample(int which);
void sample_rss(void);
/* Seconds of processor time, kB of memory: sums over all servers. */
double server_cpu(int from, int to);
long server_rss(int which);
double self_cpu(int from, int to);
