/* What the command line asks for. */
#pragma once
#include <netinet/in.h>
#include "base.h"

enum { SC_FANIN, SC_FANOUT, SC_PAIR, SC_CONNECT };
extern const char *scenario_names[];
enum { R_PUB, R_SUB, R_IDLE };
extern const char *role_names[];

struct endpoint {
	const char *host;
	int port;
	bool ws;
	const char *path;
	struct sockaddr_in sa;
};

struct cred { char *id, *user, *pass; };
struct creds { struct cred *v; u32 n; };

/* Of each pair the first is for publishers and idle clients, the second for subscribers. */
struct options {
	struct endpoint ep[2]; /* [0] publishers and idle, [1] subscribers */
	int proto;
	const char *user[2], *pass[2], *id_prefix;
	const char *cred_file[2];
	struct creds cred[2];
	int scenario;
	bool latency;
	u32 pubs, subs, idle, start_index;
	const char *topic, *sub_topic, *idle_topic;
	int pqos, sqos;
	u32 inflight, size, user_props;
	const char *payload_file, *mark_seq, *mark_ts, *mark_pub;
	double duration, warmup, drain, drain_idle, settle;
	u64 count;
	double rate;
	u64 window;
	u32 batch;
	int sndbuf, rcvbuf;
	double conn_rate, connect_timeout, hold;
	u32 conn_inflight;
	int keepalive;
	bool mask_zero, retain, clean, idle_sub, spin, strict, json, quiet, progress, reset_hwm;
	const char *src_range, *label, *run_id;
	u32 recv_max;
	int coalesce; /* us; -1: chosen by the kind of run */
};
extern struct options options;
extern const char usage_text[];

void parse_args(int argc, char **argv);
void free_credentials(void);
