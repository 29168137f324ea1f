#pragma once
#include "connection.h"

/* What a publisher waits for after a batch: an acknowledgement or the clock, nothing, or deliveries (--window). */
enum { P_IDLE, P_MORE, P_CREDIT };

extern u32 queue_length;
extern u64 due_total; /* messages that came due, open loop */

int publish_batch(struct conn *c);
bool credit(void);
bool pub_done(const struct conn *c);
void queue_push(struct conn *c);
struct conn *queue_pop(void);
void run_queue(void);
void schedule_due(void);
