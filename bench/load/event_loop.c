/* Runs the phases: connect, settle, run, drain, or connect and hold; then disconnect. */
#include <stdarg.h>
#include <sys/epoll.h>
#include "connection.h"
#include "event_loop.h"
#include "mqtt_encode.h"
#include "options.h"
#include "output.h"
#include "publisher.h"
#include "run.h"
#include "server_sample.h"
#include "websocket.h"

u64 *series;
u32 series_length;

#define LONGEST_WAIT (NS / 5)

/* When the phases end, and what they remember of their last look. Times are CLOCK_MONOTONIC ns. */
static struct {
	u64 settle_end, drain_start, hold_end, disconnect_end, next_second, next_tick, next_rss;
	u64 second_delivered, progress, drain_delivered, drain_acked;
	u64 stall_start, stall_delivered;
	bool measuring, finished;
} loop;

static void run_phase(u64 *until);
static int wait_events(struct epoll_event *ev, int max, u64 until);
static void keepalive_scan(void);

void run(void)
{
	struct epoll_event ev[512];
	take_sample(S_START);
	connect_start = now = now_ns();
	measure_start = measure_end = UINT64_MAX;
	phase = PH_CONNECT;
	for (;;) {
		u64 until = now + LONGEST_WAIT;
		run_phase(&until);
		if (loop.finished)
			return;
		int n = wait_events(ev, 512, until);
		now = now_ns();
		for (int i = 0; i < n; i++)
			on_event(ev[i].data.ptr, ev[i].events);
		now = now_ns();
		if (now >= loop.next_rss && server_count) {
			sample_rss();
			loop.next_rss = now + NS / 5;
		}
		if (now >= loop.next_tick) {
			if (phase != PH_DISC)
				keepalive_scan();
			loop.next_tick = now + NS;
		}
	}
}

static void connect_phase(u64 *until);
static void settle_phase(u64 *until);
static void measured_phase(u64 *until);
static void drain_phase(u64 *until);
static void hold_phase(u64 *until);
static void disconnect_phase(u64 *until);

/* Does what is due in this phase and says until when to wait for events at most. */
static void run_phase(u64 *until)
{
	switch (phase) {
	case PH_CONNECT: connect_phase(until); break;
	case PH_SETTLE: settle_phase(until); break;
	case PH_RUN: measured_phase(until); break;
	case PH_DRAIN: drain_phase(until); break;
	case PH_HOLD: hold_phase(until); break;
	case PH_DISC: disconnect_phase(until); break;
	}
}

static void earlier(u64 *until, u64 t)
{
	if (t < *until)
		*until = t;
}

static void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static void say(const char *fmt, ...)
{
	if (options.quiet)
		return;
	va_list ap;
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
}

static void skip_measurement(void)
{
	phase = PH_DISC;
	take_sample(S_MEASURE);
	take_sample(S_END);
	take_sample(S_DRAINED);
}

static void connected(void)
{
	connect_end = now_ns();
	take_sample(S_CONNECTED);
	if (options.scenario == SC_CONNECT) {
		phase = PH_HOLD;
		loop.hold_end = connect_end + (u64)(options.hold * 1e9);
		say("connected %lu of %u in %.3f s; holding %.1f s\n", counters.connected, nconns, (double)(connect_end - connect_start) / 1e9, options.hold);
	} else if (counters.connect_fail || interrupted) {
		skip_measurement();
	} else {
		phase = PH_SETTLE;
		loop.settle_end = connect_end + (u64)(options.settle * 1e9);
	}
}

static void connect_phase(u64 *until)
{
	u32 allowed = nconns;
	if (options.conn_rate > 0) {
		double a = (double)(now - connect_start) / 1e9 * options.conn_rate + 1;
		if (a < (double)nconns)
			allowed = (u32)a;
	}
	/* a few at a time, so that replies are read between */
	for (int k = 0; k < 16 && counters.opened < allowed && counters.opening < options.conn_inflight; k++) {
		conn_open(&conns[counters.opened], counters.opened);
		counters.opened++;
	}
	if (counters.opened < nconns && counters.opening < options.conn_inflight)
		earlier(until, counters.opened < allowed ? 0 : connect_start + (u64)((double)counters.opened / options.conn_rate * 1e9));
	if (counters.connected + counters.connect_fail >= nconns || interrupted) {
		connected();
		*until = 0;
	}
}

static void settle_phase(u64 *until)
{
	if (now < loop.settle_end) {
		earlier(until, loop.settle_end);
		return;
	}
	phase = PH_RUN;
	run_start = now = now_ns();
	measure_start = run_start + (u64)(options.warmup * 1e9);
	measure_end = options.count ? UINT64_MAX : measure_start + (u64)(options.duration * 1e9);
	loop.next_second = run_start + NS;
	if (options.rate > 0) {
		period = 1e9 / options.rate;
	} else {
		for (u32 i = 0; i < options.pubs; i++)
			queue_push(&pubs[i]);
	}
	*until = 0;
}

static void count_second(void)
{
	u64 delivered = counters.delivered - loop.second_delivered;
	if (series_length < 100000) {
		if (!(series_length & 63))
			series = checked_realloc(series, (series_length + 64) * sizeof *series);
		series[series_length++] = delivered;
	}
	if (options.progress)
		fprintf(stderr, "%3u s  published %lu  acked %lu  delivered %lu (+%lu)  lost-gap %lu\n", series_length, counters.published, counters.acked, counters.delivered, delivered, counters.lost_gap);
	loop.second_delivered = counters.delivered;
	loop.next_second += NS;
}

/* With --window every lost message would narrow the window for good: after a quarter of a second without a delivery
 * what is undelivered is written off. */
static void reopen_window(void)
{
	if (!options.window || !queue_length || credit()) {
		loop.stall_start = 0;
	} else if (loop.stall_delivered != counters.delivered || !loop.stall_start) {
		loop.stall_delivered = counters.delivered;
		loop.stall_start = now;
	} else if (now - loop.stall_start > NS / 4) {
		counters.writeoff = counters.published - counters.delivered / deliveries_per_publish;
		counters.window_resets++;
		loop.stall_start = 0;
	}
}

static bool all_pubs_done(void)
{
	for (u32 i = 0; i < options.pubs; i++)
		if (pubs[i].state == ST_READY && !pub_done(&pubs[i]))
			return false;
	return true;
}

/* Of a run with --count: whether all is sent, or nothing moves any more. */
static bool all_sent(void)
{
	if (!options.count)
		return false;
	double longest_pause = options.drain * 1e9 + (options.rate > 0 ? 1e9 / options.rate : 0);
	return counters.published >= options.count * options.pubs || (counters.disconnects && all_pubs_done()) ||
	       (double)(now - counters.last_progress) > longest_pause;
}

static void end_measurement(void)
{
	if (!loop.measuring)
		take_sample(S_MEASURE);
	if (measure_end == UINT64_MAX || interrupted)
		measure_end = now_ns();
	take_sample(S_END);
	if (options.rate > 0)
		for (u32 i = 0; i < options.pubs; i++)
			counters.backlog_at_end += pubs[i].due - pubs[i].sent;
	phase = PH_DRAIN;
	loop.drain_start = counters.last_progress = now;
	if (options.rate <= 0)
		while (queue_pop())
			;
}

static void measured_phase(u64 *until)
{
	if (!loop.measuring && now >= measure_start) {
		loop.measuring = true;
		take_sample(S_MEASURE);
	}
	if (options.rate > 0)
		schedule_due();
	if (now >= loop.next_second)
		count_second();
	reopen_window();
	run_queue();
	u64 progress = counters.published + counters.acked + counters.delivered;
	if (progress != loop.progress) {
		loop.progress = progress;
		counters.last_progress = now;
	}
	if (now >= measure_end || all_sent() || interrupted || counters.disconnects >= nconns) {
		end_measurement();
		*until = 0;
		return;
	}
	earlier(until, loop.next_second);
	if (!loop.measuring)
		earlier(until, measure_start);
	earlier(until, measure_end);
	if (options.rate > 0)
		earlier(until, run_start + (u64)((double)due_total * period));
}

u64 expected_total(void)
{
	u64 t = 0;
	for (u32 i = 0; i < options.pubs; i++)
		t += pubs[i].sent;
	return t * deliveries_per_publish;
}

static u64 inflight_total(void)
{
	u64 t = 0;
	for (u32 i = 0; i < options.pubs; i++)
		if (pubs[i].state == ST_READY)
			t += pubs[i].infl + (output_pending(&pubs[i]) ? 1 : 0) + (options.rate > 0 ? pubs[i].due - pubs[i].sent : 0);
	return t;
}

static void drain_phase(u64 *until)
{
	run_queue();
	if (counters.delivered != loop.drain_delivered || counters.acked != loop.drain_acked) {
		loop.drain_delivered = counters.delivered;
		loop.drain_acked = counters.acked;
		counters.last_progress = now;
	}
	bool complete = counters.uniq >= expected_total() && !inflight_total();
	bool late = (double)(now - counters.last_progress) > options.drain_idle * 1e9 ||
		    (double)(now - loop.drain_start) > options.drain * 1e9;
	if (complete || late || interrupted || counters.disconnects >= nconns) {
		take_sample(S_DRAINED);
		phase = PH_DISC;
		*until = 0;
	} else {
		earlier(until, now + NS / 100);
	}
}

static void hold_phase(u64 *until)
{
	if (now >= loop.hold_end || interrupted) {
		skip_measurement();
		*until = 0;
	} else {
		earlier(until, loop.hold_end);
	}
}

static void disconnect_all(void)
{
	for (u32 i = 0; i < nconns; i++) {
		struct conn *c = &conns[i];
		if (c->fd < 0)
			continue;
		if (c->state == ST_READY) {
			put_short(c, 0xE0);
			if (c->ws) {
				u8 *q = frame_begin(c, 0x88, 2);
				put16(q, 1000);
				packet_end(c);
			}
			if (output_pending(c))
				packets_used = 0; /* stuck anyway */
			send_packets(c);
			if (c->fd >= 0)
				c->state = ST_CLOSING;
		} else {
			conn_close(c);
		}
	}
}

static u32 still_open(void)
{
	u32 n = 0;
	for (u32 i = 0; i < nconns; i++)
		n += conns[i].fd >= 0;
	return n;
}

static void disconnect_phase(u64 *until)
{
	if (!loop.disconnect_end) {
		loop.disconnect_end = now + 2 * NS;
		disconnect_all();
	}
	loop.finished = !still_open() || now >= loop.disconnect_end;
	*until = now + NS / 20;
}

static int wait_events(struct epoll_event *ev, int max, u64 until)
{
	u64 t = now_ns();
	if (options.spin || (queue_length && credit()) || until <= t)
		return epoll_wait(epoll_fd, ev, max, 0);
	u64 d = until - t;
	if (options.coalesce && (phase == PH_RUN || phase == PH_DRAIN)) {
		/* Sleep on the clock, not in epoll: the server's writes then find nobody
		 * to wake (an inter-processor interrupt each, charged to the server),
		 * and one read takes several messages. */
		if (d > (u64)options.coalesce * 1000)
			d = (u64)options.coalesce * 1000;
		struct timespec nap = {.tv_nsec = (long)d};
		clock_nanosleep(CLOCK_MONOTONIC, 0, &nap, NULL);
		return epoll_wait(epoll_fd, ev, max, 0);
	}
	static bool no_pwait2; /* an old kernel, or valgrind */
	if (!no_pwait2) {
		struct timespec ts = {.tv_sec = (time_t)(d / NS), .tv_nsec = (long)(d % NS)};
		int n = epoll_pwait2(epoll_fd, ev, max, &ts, NULL);
		if (n >= 0 || errno != ENOSYS)
			return n;
		no_pwait2 = true;
	}
	return epoll_wait(epoll_fd, ev, max, (int)((d + 999999) / 1000000));
}

static void keepalive_scan(void)
{
	for (u32 i = 0; i < nconns; i++) {
		struct conn *c = &conns[i];
		if (c->state > ST_NEW && c->state < ST_READY && (double)(now - c->t_open) > options.connect_timeout * 1e9) {
			conn_fail(c, "handshake timed out");
			continue;
		}
		if (c->state != ST_READY || !c->keepalive)
			continue;
		u64 ka = (u64)c->keepalive * NS;
		if (c->ping_out) {
			if (now - c->t_ping > ka + ka / 2) {
				counters.ping_timeout++;
				conn_fail(c, "no PINGRESP");
			}
		} else if (now - c->last_tx > ka * 3 / 4) {
			put_short(c, 0xC0);
			c->ping_out = 1;
			c->t_ping = now;
			counters.ping_sent++;
			send_packets(c);
		}
	}
}
