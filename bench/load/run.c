/* Holds the state of the run. */
#include "run.h"

int phase;
u64 now, connect_start, connect_end, run_start, measure_start, measure_end;
double period;
u32 deliveries_per_publish;
u32 run_tag;
u8 *filler;
volatile sig_atomic_t interrupted;
struct counters counters;
struct hist h_lat, h_ack, h_sched, h_tcp, h_ws, h_connack, h_total, h_ping;
