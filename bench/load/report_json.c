/* Prints the report as one line of JSON. */
#include "connection.h"
#include "event_loop.h"
#include "options.h"
#include "report.h"
#include "run.h"
#include "server_sample.h"

static bool jfirst;
static void jkey(const char *k)
{
	printf("%s\"%s\":", jfirst ? "" : ",", k);
	jfirst = false;
}
static void jstr(const char *k, const char *v)
{
	jkey(k);
	if (!v) {
		fputs("null", stdout);
		return;
	}
	putchar('"');
	for (; *v; v++)
		if (*v == '"' || *v == '\\')
			printf("\\%c", *v);
		else if ((u8)*v < 32)
			printf("\\u%04x", (u8)*v);
		else
			putchar(*v);
	putchar('"');
}
static void jnum(const char *k, double v)
{
	jkey(k);
	if (!isfinite(v))
		fputs("null", stdout);
	else
		printf("%.10g", v);
}
static void ju(const char *k, u64 v) { jkey(k); printf("%lu", v); }
static void jhist(const char *k, const struct hist *h)
{
	jkey(k);
	if (!h->n) {
		fputs("null", stdout);
		return;
	}
	printf("{\"n\":%lu,\"mean_us\":%.3f,\"min_us\":%.3f,\"p50_us\":%.3f,\"p90_us\":%.3f,\"p99_us\":%.3f,\"p999_us\":%.3f,\"max_us\":%.3f}",
	       h->n, h->sum / (double)h->n / 1e3, (double)h->min / 1e3, hist_quantile(h, .5) / 1e3, hist_quantile(h, .9) / 1e3,
	       hist_quantile(h, .99) / 1e3, hist_quantile(h, .999) / 1e3, (double)h->max / 1e3);
}

static void json_options(void)
{
	jstr("tool", "mqttload 1");
	jstr("label", options.label);
	jstr("scenario", options.latency ? "latency" : scenario_names[options.scenario]);
	jstr("topology", scenario_names[options.scenario]);
	jstr("transport", options.ep[0].ws ? "ws" : "tcp");
	jstr("sub_transport", options.ep[1].ws ? "ws" : "tcp");
	ju("port", (u64)options.ep[0].port);
	ju("proto", (u64)options.proto);
	ju("user_props", options.user_props);
	ju("pub_qos", (u64)options.pqos);
	ju("sub_qos", (u64)options.sqos);
	ju("pubs", options.pubs);
	ju("subs", options.subs);
	ju("idle", options.idle);
	ju("size", options.payload_file ? 0 : options.size);
	ju("inflight", options.inflight);
	jnum("target_rate", options.rate);
	ju("window", options.window);
	ju("batch", options.batch);
	ju("coalesce_us", (u64)options.coalesce);
	jnum("warmup_s", options.warmup);
}

static void json_connects(const struct summary *s)
{
	ju("connections", nconns);
	ju("connected", counters.connected);
	ju("connect_fail", counters.connect_fail);
	jnum("connect_s", s->connect_s);
	jnum("connects_per_s", s->connect_s > 0 ? (double)counters.connected / s->connect_s : 0);
	jhist("tcp_connect", &h_tcp);
	jhist("ws_upgrade", &h_ws);
	jhist("connack", &h_connack);
	jhist("session_setup", &h_total);
}

static void json_counts(const struct summary *s)
{
	jnum("measured_s", s->window_s);
	ju("published", counters.published);
	ju("acked", counters.acked);
	ju("delivered", counters.delivered);
	ju("expected", s->expected);
	ju("unique", counters.uniq);
	ju("lost", s->lost);
	ju("lost_gap", counters.lost_gap);
	ju("lost_tail", s->lost > counters.lost_gap ? s->lost - counters.lost_gap : 0);
	ju("duplicated", counters.dup);
	ju("out_of_order", counters.ooo);
	ju("late_unclassified", counters.late_old);
	ju("misrouted", counters.misrouted);
	ju("foreign", counters.foreign);
	ju("corrupt", counters.corrupt);
	ju("properties_changed", counters.properties_changed);
	ju("dup_flag", counters.dupflag);
	ju("retain_flag", counters.retained);
	ju("qos_mismatch", counters.qos_mismatch);
	ju("granted_lower", counters.granted_lower);
	ju("disconnects", counters.disconnects);
	ju("server_disconnects", counters.server_disc);
	ju("protocol_errors", counters.proto_err);
	ju("publish_refused", counters.puback_err);
	ju("subscribe_refused", counters.suback_fail);
	ju("pings", counters.ping_sent);
	ju("ping_timeouts", counters.ping_timeout);
	jstr("first_error", counters.first_error[0] ? counters.first_error : NULL);
	ju("backlog_at_end", counters.backlog_at_end);
	ju("window_resets", counters.window_resets);
}

static void json_rates(const struct summary *s)
{
	jnum("published_per_s", s->published_per_s);
	jnum("acked_per_s", s->acked_per_s);
	jnum("delivered_per_s", s->delivered_per_s);
	jhist("latency", &h_lat);
	jhist("ack_latency", &h_ack);
	jhist("send_lag", &h_sched);
	jhist("ping_rtt", &h_ping);
	jkey("delivered_series");
	putchar('[');
	for (u32 i = 0; i < series_length; i++)
		printf("%s%lu", i ? "," : "", series[i]);
	putchar(']');
	jnum("self_cpu_s", s->self_window_s);
	jnum("self_cpu_share", s->window_s > 0 ? s->self_window_s / s->window_s : 0);
	jnum("self_cpu_s_per_M_deliveries", s->delivered_measured ? self_cpu(S_MEASURE, S_DRAINED) / (double)s->delivered_measured * 1e6 : NAN);
	jnum("other_cpu_share", s->disturbance_s > 0 && server_count ? s->other_s / s->disturbance_s : NAN);
	jnum("steal_share", s->disturbance_s > 0 ? s->steal_s / s->disturbance_s : NAN);
	jnum("reads_per_delivery", counters.delivered ? (double)counters.reads / (double)counters.delivered : NAN);
	ju("bytes_in", counters.bytes_in);
	ju("bytes_out", counters.bytes_out);
}

static void json_server(const struct summary *s)
{
	jkey("server");
	bool save = jfirst;
	jfirst = true;
	putchar('{');
	jkey("pids");
	putchar('[');
	for (u32 i = 0; i < server_count; i++)
		printf("%s%d", i ? "," : "", servers[i].pid);
	putchar(']');
	jkey("sampled");
	fputs(s->sampled ? "true" : "false", stdout);
	jnum("cpu_connect_s", server_cpu(S_START, S_CONNECTED));
	jnum("cpu_ms_per_connect", counters.connected ? server_cpu(S_START, S_CONNECTED) / (double)counters.connected * 1e3 : NAN);
	jnum("cpu_window_s", s->cpu_window_s);
	jnum("cpu_share", s->window_s > 0 ? s->cpu_window_s / s->window_s : 0);
	jnum("cpu_s", s->cpu_s);
	jnum("cpu_s_per_M_deliveries", s->delivered_measured ? s->cpu_s / (double)s->delivered_measured * 1e6 : NAN);
	jnum("cpu_s_per_M_published", s->published_measured ? s->cpu_s / (double)s->published_measured * 1e6 : NAN);
	jnum("cpu_hold_s", s->connect_only ? server_cpu(S_CONNECTED, S_DRAINED) : NAN);
	ju("rss_start_kb", (u64)server_rss(S_START));
	ju("rss_connected_kb", (u64)server_rss(S_CONNECTED));
	ju("rss_end_kb", (u64)server_rss(S_DRAINED));
	ju("rss_max_kb", (u64)s->rss_max_kb);
	ju("hwm_kb", (u64)s->hwm_kb);
	jnum("rss_kb_per_conn_connected", s->rss_kb_per_conn_connected);
	jnum("rss_kb_per_conn", s->rss_kb_per_conn);
	putchar('}');
	jfirst = save;
}

void report_json(const struct summary *s)
{
	jfirst = true;
	putchar('{');
	json_options();
	json_connects(s);
	json_counts(s);
	json_rates(s);
	if (server_count)
		json_server(s);
	jkey("ok");
	fputs(s->exit_code ? "false" : "true", stdout);
	ju("exit", (u64)s->exit_code);
	puts("}");
}
