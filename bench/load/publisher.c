/* Publishes: as fast as windows allow, or on a schedule (open loop), a batch of each publisher in turn. */
#include "base.h"
#include "connection.h"
#include "mqtt_encode.h"
#include "options.h"
#include "output.h"
#include "payload.h"
#include "publish_properties.h"
#include "publisher.h"
#include "run.h"
#include "websocket.h"

static struct conn *queue_head, *queue_tail;
u32 queue_length;

u64 due_total;   /* messages that came due, open loop */

static inline void write_publish(struct conn *c, u64 ts)
{
	u32 seq = c->sent++;
	u32 plen = options.payload_file ? render(c->idx, seq, ts) : options.size;
	u32 tl = c->topic_len, qos = (u32)options.pqos;
	u32 rl = 2 + tl + (qos ? 2 : 0) + publish_properties_length + plen;
	u8 *q = packet_begin(c, 1 + varint_size(rl) + rl);
	if (likely(!options.payload_file)) { /* header and topic are always the same */
		memcpy(q, c->tm, c->tmlen);
		q += c->tmlen;
	} else {
		*q++ = c->tm[0];
		q += put_varint(q, rl);
		memcpy(q, c->tm + c->tmlen - tl - 2, tl + 2);
		q += tl + 2;
	}
	if (qos) {
		struct slot *s;
		do {
			if (!++c->pidctr)
				c->pidctr = 1;
			s = &c->sl[c->pidctr & c->slmask];
		} while (s->st);
		s->pid = c->pidctr;
		s->st = qos == 1 ? SL_PUBACK : SL_PUBREC;
		s->ts = now;
		c->infl++;
		put16(q, c->pidctr);
		q += 2;
	}
	memcpy(q, publish_properties, publish_properties_length);
	q += publish_properties_length;
	if (likely(!options.payload_file)) {
		u32 id = c->idx | run_tag << 24;
		memcpy(q, &id, 4);
		memcpy(q + 4, &seq, 4);
		memcpy(q + 8, &ts, 8);
		memcpy(q + 16, filler + 16, plen - 16);
	} else {
		memcpy(q, rendered, plen);
	}
	packet_end(c);
	counters.published++;
}

void queue_push(struct conn *c)
{
	if (c->in_runq)
		return;
	c->in_runq = 1;
	c->rq_next = NULL;
	if (queue_tail)
		queue_tail->rq_next = c;
	else
		queue_head = c;
	queue_tail = c;
	queue_length++;
}

struct conn *queue_pop(void)
{
	struct conn *c = queue_head;
	if (!c)
		return NULL;
	queue_head = c->rq_next;
	if (!queue_head)
		queue_tail = NULL;
	c->in_runq = 0;
	queue_length--;
	return c;
}

bool credit(void)
{
	if (!options.window)
		return true;
	return counters.published < options.window + counters.delivered / deliveries_per_publish + counters.writeoff;
}

bool pub_done(const struct conn *c)
{
	return options.count && c->sent >= options.count;
}

/* Publishes what c may publish now, at most a batch. */
int publish_batch(struct conn *c)
{
	if (c->state != ST_READY || pub_done(c))
		return P_IDLE;
	bool open = options.rate > 0;
	if (phase != PH_RUN && !(open && phase == PH_DRAIN))
		return P_IDLE;
	if (output_pending(c))
		return P_IDLE; /* EPOLLOUT brings it back */
	u32 n = 0;
	int ret = P_MORE;
	u64 ts = now_ns();
	if (!open)
		now = ts;
	for (;;) {
		if (pub_done(c) || (options.pqos && c->infl >= c->window) || (open && c->sent >= c->due)) {
			ret = P_IDLE; /* an ack or the clock brings it back */
			break;
		}
		if (!credit()) {
			ret = P_CREDIT;
			break;
		}
		if (n >= options.batch || packets_used >= 65536)
			break;
		if (open) {
			u64 it = run_start + (u64)((double)((u64)c->sent * options.pubs + c->idx) * period);
			if (it >= measure_start)
				hist_add(&h_sched, ts > it ? ts - it : 0);
			write_publish(c, it);
		} else {
			write_publish(c, ts);
		}
		n++;
	}
	send_packets(c);
	if (c->state != ST_READY || output_pending(c))
		return P_IDLE;
	return ret;
}

/* open loop: which messages have come due */
void schedule_due(void)
{
	if (now < run_start)
		return;
	u64 upto = now < measure_end ? now : measure_end;
	u64 k = (u64)((double)(upto - run_start) / period) + 1;
	if (options.count && k > options.count * options.pubs)
		k = options.count * options.pubs;
	while (due_total < k) {
		if (run_start + (u64)((double)due_total * period) >= measure_end)
			break;
		struct conn *c = &pubs[due_total % options.pubs];
		c->due++;
		due_total++;
		queue_push(c);
	}
}

void run_queue(void)
{
	u32 n = queue_length > 32 && !options.rate ? 32 : queue_length;
	while (n--) {
		struct conn *c = queue_pop();
		if (!c)
			break;
		switch (publish_batch(c)) {
		case P_MORE: queue_push(c); break;
		case P_CREDIT: queue_push(c); return; /* nobody else may either */
		}
	}
}
