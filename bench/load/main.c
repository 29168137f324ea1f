/*
 * mqttload - MQTT load generator for loopback measurements.
 *
 * One thread, one epoll set, libc only.  Speaks MQTT 3.1.1 and 5.0 over plain
 * TCP and over WebSocket (RFC 6455), QoS 0/1/2 in both directions.
 *
 * What makes its figures trustworthy:
 *  - every payload carries (publisher, sequence number, CLOCK_MONOTONIC ns), and
 *    every subscriber tracks the sequence of every publisher: lost, duplicated,
 *    reordered, misrouted and corrupted messages are counted, not assumed;
 *  - open-loop runs stamp the *intended* send time, so that a publisher that is
 *    late does not hide the latency (coordinated omission);
 *  - the server's CPU time is sampled from /proc at the same instants as the
 *    message counters;
 *  - the tool reports its own CPU, so that a run limited by the tool shows.
 *
 * It refuses to talk to anything but 127.0.0.0/8.
 */
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include "connection.h"
#include "delivery.h"
#include "event_loop.h"
#include "options.h"
#include "output.h"
#include "payload.h"
#include "publish_properties.h"
#include "report.h"
#include "run.h"
#include "server_sample.h"
#include "websocket.h"

static void seed_random(void);
static void name_run(void);
static void raise_file_limit(void);
static void handle_signals(void);
static void make_filler(void);
static void free_names(void);

int main(int argc, char **argv)
{
	parse_args(argc, argv);
	seed_random();
	name_run();
	if (options.payload_file)
		load_template(options.payload_file);
	nconns = options.pubs + options.subs + options.idle;
	raise_file_limit();
	handle_signals();
	prctl(PR_SET_TIMERSLACK, 1UL, 0, 0, 0);
	make_websocket_key();
	make_filler();
	make_tracks();
	make_packet_buffer();
	make_publish_properties();
	make_connections();
	if (options.reset_hwm)
		reset_high_water_marks();

	run();
	struct summary summary = summarize();
	if (options.json)
		report_json(&summary);
	else
		report_text(&summary);

	free_connections();
	free_tracks();
	free_template();
	free_credentials();
	free_names();
	free(series);
	free(servers);
	free(filler);
	free(packets);
	free(publish_properties);
	return summary.exit_code;
}

static void seed_random(void)
{
	rng_state ^= now_ns() * 0x9E3779B97F4A7C15ULL ^ (u64)getpid() << 32;
	for (int i = 0; i < 8; i++)
		rng();
	run_tag = (u32)(rng() >> 20) & 0xff;
}

static char *wildcard_of(const char *topic) /* the level that holds %d becomes + */
{
	char *out = checked_calloc(1, strlen(topic) + 4);
	const char *p = topic;
	for (;;) {
		size_t n = strcspn(p, "/");
		if (memmem(p, n, "%d", 2))
			strcat(out, "+");
		else
			strncat(out, p, n);
		if (!p[n])
			return out;
		strcat(out, "/");
		p += n + 1;
	}
}

static char *owned_names[3];

/* Client ids and topics that no earlier run has used, unless the options name some. */
static void name_run(void)
{
	char run_id[16], topic[64];
	if (options.run_id)
		snprintf(run_id, sizeof run_id, "%.8s", options.run_id);
	else
		snprintf(run_id, sizeof run_id, "%04x", (u32)(rng() >> 24) & 0xffff);
	static char prefix[32];
	if (!options.id_prefix) {
		snprintf(prefix, sizeof prefix, "ml%s", run_id);
		options.id_prefix = prefix;
	}
	if (!options.topic) {
		snprintf(topic, sizeof topic, options.scenario == SC_FANOUT ? "load/%s/all" : "load/%s/%%d", run_id);
		options.topic = owned_names[0] = checked_strdup(topic);
	}
	if (!options.sub_topic)
		options.sub_topic = owned_names[1] =
			options.scenario == SC_FANIN ? wildcard_of(options.topic) : checked_strdup(options.topic);
	if (!options.idle_topic) {
		snprintf(topic, sizeof topic, "idle/%s/%%d", run_id);
		options.idle_topic = owned_names[2] = checked_strdup(topic);
	}
}

static void raise_file_limit(void)
{
	struct rlimit limit;
	getrlimit(RLIMIT_NOFILE, &limit);
	rlim_t need = nconns + 64;
	if (limit.rlim_cur >= need)
		return;
	struct rlimit want = {need, limit.rlim_max > need ? limit.rlim_max : need};
	if (setrlimit(RLIMIT_NOFILE, &want) == 0)
		return;
	want.rlim_cur = want.rlim_max = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &want);
	if (limit.rlim_max < nconns + 16)
		die("%u connections need more than the %lu file descriptors that this machine allows (RLIMIT_NOFILE)", nconns, (unsigned long)limit.rlim_max);
}

static void on_signal(int s) { (void)s; interrupted = 1; }

static void handle_signals(void)
{
	signal(SIGPIPE, SIG_IGN);
	struct sigaction sa = {.sa_handler = on_signal};
	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
}

static void make_filler(void)
{
	filler = checked_calloc(1, options.size + 16);
	for (u32 i = 0; i < options.size; i++)
		filler[i] = (u8)('a' + i % 26);
}

static void free_names(void)
{
	for (int i = 0; i < 3; i++)
		free(owned_names[i]);
}
