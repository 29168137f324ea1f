/* Prints the report for people. */
#include "connection.h"
#include "options.h"
#include "report.h"
#include "run.h"
#include "server_sample.h"

static void phist(const char *k, const struct hist *h)
{
	if (h->n)
		printf("  %-14s n %-9lu p50 %.1f  p90 %.1f  p99 %.1f  p99.9 %.1f  max %.1f  mean %.1f us\n", k, h->n,
		       hist_quantile(h, .5) / 1e3, hist_quantile(h, .9) / 1e3, hist_quantile(h, .99) / 1e3, hist_quantile(h, .999) / 1e3,
		       (double)h->max / 1e3, h->sum / (double)h->n / 1e3);
}

static void print_messages(const struct summary *s)
{
	printf("  published      %lu (%.0f/s)  acked %lu (%.0f/s)\n", counters.published, s->published_per_s, counters.acked, s->acked_per_s);
	printf("  delivered      %lu (%.0f/s)  expected %lu  lost %lu (gaps %lu)  dup %lu  out-of-order %lu\n", counters.delivered, s->delivered_per_s, s->expected, s->lost, counters.lost_gap, counters.dup, counters.ooo);
	if (counters.late_old || counters.misrouted || counters.foreign || counters.corrupt || counters.properties_changed || counters.dupflag || counters.retained || counters.qos_mismatch || counters.granted_lower)
		printf("  oddities       late-unclassified %lu  misrouted %lu  foreign %lu  corrupt %lu  properties-changed %lu  dup-flag %lu  retain-flag %lu  qos-mismatch %lu  granted-lower %lu\n",
		       counters.late_old, counters.misrouted, counters.foreign, counters.corrupt, counters.properties_changed, counters.dupflag, counters.retained, counters.qos_mismatch, counters.granted_lower);
	if (counters.backlog_at_end || counters.window_resets)
		printf("  backlog at end %lu  window resets %lu\n", counters.backlog_at_end, counters.window_resets);
	phist("latency", &h_lat);
	phist("ack latency", &h_ack);
	phist("send lag", &h_sched);
	printf("  tool cpu       %.2f s of %.2f s (%.0f %% of a core)", s->self_window_s, s->window_s, s->window_s > 0 ? 100 * s->self_window_s / s->window_s : 0);
	if (server_count && s->disturbance_s > 0)
		printf("; other processes %.0f %%, steal %.0f %%", 100 * s->other_s / s->disturbance_s, 100 * s->steal_s / s->disturbance_s);
	putchar('\n');
}

static void print_servers(const struct summary *s)
{
	printf("  server cpu     connect %.3f s", server_cpu(S_START, S_CONNECTED));
	if (s->connect_only)
		printf(" (%.3f ms per connect)  hold %.3f s\n", counters.connected ? server_cpu(S_START, S_CONNECTED) / (double)counters.connected * 1e3 : 0, server_cpu(S_CONNECTED, S_DRAINED));
	else
		printf("  window %.3f s (%.0f %%)  %.3f s per million deliveries\n", s->cpu_window_s, s->window_s > 0 ? 100 * s->cpu_window_s / s->window_s : 0, s->delivered_measured ? s->cpu_s / (double)s->delivered_measured * 1e6 : 0);
	printf("  server rss     start %ld  connected %ld  end %ld  max %ld  hwm %ld kB", server_rss(S_START), server_rss(S_CONNECTED), server_rss(S_DRAINED), s->rss_max_kb, s->hwm_kb);
	if (s->connect_only)
		printf("  per connection %.1f kB\n", s->rss_kb_per_conn);
	else
		putchar('\n');
	if (!s->sampled)
		printf("  (a server process could not be sampled throughout)\n");
}

void report_text(const struct summary *s)
{
	printf("%s%s%s over %s%s%s, MQTT %s, qos %d->%d, %u pub %u sub %u idle, %s\n", options.latency ? "latency/" : "", scenario_names[options.scenario],
	       options.label ? options.label : "", options.ep[0].ws ? "ws" : "tcp", options.ep[1].ws != options.ep[0].ws ? " -> " : "",
	       options.ep[1].ws != options.ep[0].ws ? (options.ep[1].ws ? "ws" : "tcp") : "", options.proto == 5 ? "5.0" : "3.1.1", options.pqos, options.sqos,
	       options.scenario == SC_CONNECT ? 0 : options.pubs, options.subs, options.idle, options.rate > 0 ? "open loop" : "closed loop");
	printf("  connect        %lu of %u in %.3f s: %.0f/s, failed %lu\n", counters.connected, nconns, s->connect_s, s->connect_s > 0 ? (double)counters.connected / s->connect_s : 0, counters.connect_fail);
	phist("tcp connect", &h_tcp);
	phist("ws upgrade", &h_ws);
	phist("connack", &h_connack);
	phist("setup total", &h_total);
	phist("ping rtt", &h_ping);
	if (!s->connect_only)
		print_messages(s);
	printf("  errors         disconnects %lu  protocol %lu  ping timeouts %lu  publish refused %lu\n", counters.disconnects, counters.proto_err, counters.ping_timeout, counters.puback_err);
	if (counters.first_error[0])
		printf("  first error    %s\n", counters.first_error);
	if (server_count)
		print_servers(s);
	if (s->exit_code)
		printf("  NOT OK         exit %d\n", s->exit_code);
}
