/* State of the one run that a process does: its phase, its clock, its counters and its latency histograms. */
#pragma once
#include <signal.h>
#include "base.h"
#include "histogram.h"

enum { PH_CONNECT, PH_SETTLE, PH_RUN, PH_DRAIN, PH_HOLD, PH_DISC };
extern int phase;
extern u64 now, connect_start, connect_end, run_start, measure_start, measure_end;
extern double period;              /* ns between messages, open loop */
extern u32 deliveries_per_publish; /* deliveries expected for one publish */
extern u32 run_tag;                /* in every payload: tells this run's messages from an earlier one's */
extern u8 *filler;                 /* what a binary payload holds after its first 16 bytes */
extern volatile sig_atomic_t interrupted;

struct counters {
	u64 published, acked, delivered, uniq, dup, ooo, lost_gap, late_old, gaps;
	u64 foreign, corrupt, misrouted, properties_changed, dupflag, retained, qos_mismatch;
	u64 connected, connect_fail, disconnects, proto_err, ping_timeout, ping_sent, puback_err, suback_fail;
	u64 granted_lower, server_disc, bytes_out, bytes_in, reads, writes, ws_frames_in, window_resets;
	u64 backlog_at_end, writeoff;
	u64 last_delivery, last_progress;
	u32 opening, opened;
	char first_error[256];
};
extern struct counters counters;
extern struct hist h_lat, h_ack, h_sched, h_tcp, h_ws, h_connack, h_total, h_ping;
