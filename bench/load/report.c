/* Works out what a run came to. */
#include "report.h"
#include "connection.h"
#include "event_loop.h"
#include "options.h"
#include "run.h"
#include "server_sample.h"

static int exit_code(const struct summary *s);
static void add_rates(struct summary *s);
static void add_machine(struct summary *s);

struct summary summarize(void)
{
	struct summary s = {.connect_only = options.scenario == SC_CONNECT, .expected = expected_total()};
	s.lost = s.expected > counters.uniq ? s.expected - counters.uniq : 0;
	s.exit_code = exit_code(&s);
	s.connect_s = (double)(connect_end - connect_start) / 1e9;
	add_rates(&s);
	add_machine(&s);
	return s;
}

static int exit_code(const struct summary *s)
{
	if (counters.connected < nconns)
		return 2;
	if (counters.disconnects || counters.proto_err || counters.puback_err)
		return 3;
	bool once = (options.pqos < options.sqos ? options.pqos : options.sqos) != 1; /* duplicates break what was promised */
	bool violated = s->lost || counters.ooo || counters.late_old || counters.misrouted || counters.corrupt ||
			counters.foreign || (counters.dup && once) || counters.qos_mismatch || counters.granted_lower ||
			counters.properties_changed ||
			(!s->connect_only && !s->expected);
	return options.strict && violated ? 4 : 0;
}

static void add_rates(struct summary *s)
{
	const struct snapshot *start = &snapshots[S_MEASURE], *end = &snapshots[S_END];
	/* time base: the window from measure start to its end; with --count, to the last delivery */
	double window = (double)(end->t - start->t) / 1e9, delivery_window = window;
	u64 delivered = end->delivered - start->delivered;
	if (options.count && counters.last_delivery > start->t) {
		delivery_window = (double)(counters.last_delivery - start->t) / 1e9;
		delivered = counters.delivered - start->delivered;
	}
	s->window_s = window;
	s->published_per_s = window > 0 ? (double)(end->published - start->published) / window : 0;
	s->acked_per_s = window > 0 ? (double)(end->acked - start->acked) / window : 0;
	s->delivered_per_s = delivery_window > 0 ? (double)delivered / delivery_window : 0;
	s->delivered_measured = counters.delivered - start->delivered;
	s->published_measured = counters.published - start->published;
}

static void add_machine(struct summary *s)
{
	s->cpu_window_s = server_cpu(S_MEASURE, S_END);
	s->cpu_s = server_cpu(S_MEASURE, S_DRAINED);
	s->self_window_s = self_cpu(S_MEASURE, S_END);
	/* disturbance: over the window; of a connect run, over the connecting */
	int from = s->connect_only ? S_START : S_MEASURE, to = s->connect_only ? S_CONNECTED : S_END;
	s->disturbance_s = (double)(snapshots[to].t - snapshots[from].t) / 1e9;
	s->other_s = snapshots[to].busy - snapshots[from].busy - self_cpu(from, to) - server_cpu(from, to);
	if (s->other_s < 0) /* ticks are coarse */
		s->other_s = 0;
	s->steal_s = snapshots[to].steal - snapshots[from].steal;
	if (counters.connected) {
		double clients = (double)counters.connected;
		s->rss_kb_per_conn = (double)(server_rss(S_DRAINED) - server_rss(S_START)) / clients;
		s->rss_kb_per_conn_connected = (double)(server_rss(S_CONNECTED) - server_rss(S_START)) / clients;
	}
	s->sampled = server_count > 0;
	for (u32 i = 0; i < server_count; i++) {
		s->rss_max_kb += servers[i].rss_max_kb;
		s->hwm_kb += servers[i].s[S_DRAINED].hwm_kb;
		s->sampled = s->sampled && servers[i].s[S_START].ok && servers[i].s[S_DRAINED].ok;
	}
}
