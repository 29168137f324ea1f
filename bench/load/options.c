/* Reads the command line. */
#include <getopt.h>
#include "options.h"
#include "run.h"
#include "server_sample.h"

const char *scenario_names[] = {"fanin", "fanout", "pair", "connect"};
const char *role_names[] = {"pub", "sub", "idle"};

struct options options = {
	.ep = {{.host = "127.0.0.1", .port = 1883, .path = "/mqtt"},
	       {.host = NULL, .port = 0, .path = "/mqtt"}},
	.proto = 4, .scenario = SC_FANIN, .inflight = 20, .size = 64,
	.duration = 5, .warmup = 1, .drain = 10, .drain_idle = 2, .settle = 0.2,
	.batch = 64, .sndbuf = 65536, .connect_timeout = 30, .conn_inflight = 64,
	.keepalive = 60, .clean = true, .pqos = 0, .sqos = -1, .coalesce = -1,
};

enum {
	O_HOST = 256, O_PORT, O_WS, O_SHOST, O_SPORT, O_SWS, O_STCP, O_PROTO, O_PROPS, O_MASK, O_SRC, O_USER, O_PASS, O_SUSER, O_SPASS,
	O_PCRED, O_SCRED, O_IDP, O_KA, O_CLEAN, O_START, O_SC, O_TOPO, O_PUBS, O_SUBS, O_PAIRS, O_CONNS, O_TOPIC, O_STOPIC, O_IDLE,
	O_IDLESUB, O_QOS, O_PQOS, O_SQOS, O_INFL, O_RMAX, O_SIZE, O_PAYLOAD, O_MSEQ, O_MTS, O_MPUB, O_RETAIN, O_DUR, O_COUNT, O_WARM,
	O_SETTLE, O_DRAIN, O_DIDLE, O_RATE, O_WINDOW, O_COALESCE, O_BATCH, O_SNDBUF, O_RCVBUF, O_CRATE, O_CINFL, O_CTMO, O_HOLD, O_SPIN, O_SPID,
	O_STREE, O_RHWM, O_STRICT, O_JSON, O_QUIET, O_PROGRESS, O_LABEL, O_RUNID, O_HELP
};
static const struct option longopts[] = {
	{"host", 1, 0, O_HOST}, {"port", 1, 0, O_PORT}, {"ws", 2, 0, O_WS}, {"sub-host", 1, 0, O_SHOST}, {"sub-port", 1, 0, O_SPORT},
	{"sub-ws", 2, 0, O_SWS}, {"sub-tcp", 0, 0, O_STCP}, {"proto", 1, 0, O_PROTO}, {"user-props", 1, 0, O_PROPS}, {"mask", 1, 0, O_MASK}, {"src-range", 1, 0, O_SRC},
	{"user", 1, 0, O_USER}, {"pass", 1, 0, O_PASS}, {"sub-user", 1, 0, O_SUSER}, {"sub-pass", 1, 0, O_SPASS}, {"pub-cred", 1, 0, O_PCRED},
	{"sub-cred", 1, 0, O_SCRED}, {"id-prefix", 1, 0, O_IDP}, {"keepalive", 1, 0, O_KA}, {"clean", 1, 0, O_CLEAN}, {"start-index", 1, 0, O_START},
	{"scenario", 1, 0, O_SC}, {"topo", 1, 0, O_TOPO}, {"pubs", 1, 0, O_PUBS}, {"subs", 1, 0, O_SUBS}, {"pairs", 1, 0, O_PAIRS},
	{"conns", 1, 0, O_CONNS}, {"topic", 1, 0, O_TOPIC}, {"sub-topic", 1, 0, O_STOPIC}, {"idle", 1, 0, O_IDLE}, {"idle-sub", 0, 0, O_IDLESUB},
	{"qos", 1, 0, O_QOS}, {"pub-qos", 1, 0, O_PQOS}, {"sub-qos", 1, 0, O_SQOS}, {"inflight", 1, 0, O_INFL}, {"recv-max", 1, 0, O_RMAX},
	{"size", 1, 0, O_SIZE}, {"payload", 1, 0, O_PAYLOAD}, {"mark-seq", 1, 0, O_MSEQ}, {"mark-ts", 1, 0, O_MTS}, {"mark-pub", 1, 0, O_MPUB},
	{"retain", 0, 0, O_RETAIN}, {"duration", 1, 0, O_DUR}, {"count", 1, 0, O_COUNT}, {"warmup", 1, 0, O_WARM}, {"settle", 1, 0, O_SETTLE},
	{"drain", 1, 0, O_DRAIN}, {"drain-idle", 1, 0, O_DIDLE}, {"rate", 1, 0, O_RATE}, {"window", 1, 0, O_WINDOW}, {"coalesce", 1, 0, O_COALESCE}, {"batch", 1, 0, O_BATCH},
	{"sndbuf", 1, 0, O_SNDBUF}, {"rcvbuf", 1, 0, O_RCVBUF}, {"conn-rate", 1, 0, O_CRATE}, {"conn-inflight", 1, 0, O_CINFL},
	{"connect-timeout", 1, 0, O_CTMO}, {"hold", 1, 0, O_HOLD}, {"spin", 0, 0, O_SPIN}, {"server-pid", 1, 0, O_SPID}, {"server-tree", 1, 0, O_STREE},
	{"reset-hwm", 0, 0, O_RHWM}, {"strict", 0, 0, O_STRICT}, {"json", 0, 0, O_JSON}, {"quiet", 0, 0, O_QUIET}, {"progress", 0, 0, O_PROGRESS},
	{"label", 1, 0, O_LABEL}, {"run-id", 1, 0, O_RUNID}, {"help", 0, 0, O_HELP}, {0, 0, 0, 0}};

static int topology = -1;
static bool own_sub_endpoint;

static void parse_option(int ch, const char *w);
static void parse_scenario(int ch, const char *w);
static void apply_scenario(void);
static void apply_endpoints(void);
static void check_and_complete(void);

void parse_args(int argc, char **argv)
{
	for (;;) {
		int li = 0, ch = getopt_long(argc, argv, "h", longopts, &li);
		if (ch < 0)
			break;
		parse_option(ch, ch >= 256 ? longopts[li].name : "");
	}
	if (optind < argc)
		die("unexpected argument '%s' (a path goes as --ws=/path)", argv[optind]);
	apply_scenario();
	apply_endpoints();
	check_and_complete();
}

static long parse_integer(const char *s, long lo, long hi, const char *what)
{
	char *e;
	errno = 0;
	long v = strtol(s, &e, 10);
	if (*e || e == s || errno || v < lo || v > hi)
		die("--%s: want a number from %ld to %ld, not '%s'", what, lo, hi, s);
	return v;
}

static double parse_number(const char *s, const char *what)
{
	char *e;
	double v = strtod(s, &e);
	if (*e || e == s || !(v >= 0) || v > 1e12)
		die("--%s: want a number, not '%s'", what, s);
	return v;
}

static void parse_option(int ch, const char *w)
{
	switch (ch) {
	case O_HOST: options.ep[0].host = optarg; break;
	case O_PORT: options.ep[0].port = (int)parse_integer(optarg, 1, 65535, w); break;
	case O_WS: options.ep[0].ws = true; if (optarg) options.ep[0].path = optarg; break;
	case O_SHOST: options.ep[1].host = optarg; break;
	case O_SPORT: options.ep[1].port = (int)parse_integer(optarg, 1, 65535, w); break;
	case O_SWS: own_sub_endpoint = true; options.ep[1].ws = true; if (optarg) options.ep[1].path = optarg; break;
	case O_STCP: own_sub_endpoint = true; options.ep[1].ws = false; break;
	case O_PROTO: options.proto = (int)parse_integer(optarg, 4, 5, w); break;
	case O_PROPS: options.user_props = (u32)parse_integer(optarg, 0, 100, w); break;
	case O_MASK:
		if (strcmp(optarg, "zero") && strcmp(optarg, "rand"))
			die("--mask rand|zero");
		options.mask_zero = optarg[0] == 'z';
		break;
	case O_SRC: options.src_range = optarg; break;
	case O_USER: options.user[0] = optarg; break;
	case O_PASS: options.pass[0] = optarg; break;
	case O_SUSER: options.user[1] = optarg; break;
	case O_SPASS: options.pass[1] = optarg; break;
	case O_PCRED: options.cred_file[0] = optarg; break;
	case O_SCRED: options.cred_file[1] = optarg; break;
	case O_IDP: options.id_prefix = optarg; break;
	case O_KA: options.keepalive = (int)parse_integer(optarg, 0, 65535, w); break;
	case O_CLEAN: options.clean = parse_integer(optarg, 0, 1, w); break;
	case O_START: options.start_index = (u32)parse_integer(optarg, 0, 1000000000, w); break;
	case O_SC: case O_TOPO: parse_scenario(ch, w); break;
	case O_PUBS: options.pubs = (u32)parse_integer(optarg, 1, 1000000, w); break;
	case O_SUBS: options.subs = (u32)parse_integer(optarg, 1, 1000000, w); break;
	case O_PAIRS: options.pubs = options.subs = (u32)parse_integer(optarg, 1, 1000000, w); break;
	case O_CONNS: case O_IDLE: options.idle = (u32)parse_integer(optarg, 0, 1000000, w); break;
	case O_TOPIC: options.topic = optarg; break;
	case O_STOPIC: options.sub_topic = optarg; break;
	case O_IDLESUB: options.idle_sub = true; break;
	case O_QOS: options.pqos = options.sqos = (int)parse_integer(optarg, 0, 2, w); break;
	case O_PQOS: options.pqos = (int)parse_integer(optarg, 0, 2, w); break;
	case O_SQOS: options.sqos = (int)parse_integer(optarg, 0, 2, w); break;
	case O_INFL: options.inflight = (u32)parse_integer(optarg, 1, 30000, w); break;
	case O_RMAX: options.recv_max = (u32)parse_integer(optarg, 1, 65535, w); break;
	case O_SIZE: options.size = (u32)parse_integer(optarg, 16, 64 << 20, w); break;
	case O_PAYLOAD: options.payload_file = optarg; break;
	case O_MSEQ: options.mark_seq = optarg; break;
	case O_MTS: options.mark_ts = optarg; break;
	case O_MPUB: options.mark_pub = optarg; break;
	case O_RETAIN: options.retain = true; break;
	case O_DUR: options.duration = parse_number(optarg, w); break;
	case O_COUNT: options.count = (u64)parse_integer(optarg, 1, 4000000000L, w); break;
	case O_WARM: options.warmup = parse_number(optarg, w); break;
	case O_SETTLE: options.settle = parse_number(optarg, w); break;
	case O_DRAIN: options.drain = parse_number(optarg, w); break;
	case O_DIDLE: options.drain_idle = parse_number(optarg, w); break;
	case O_RATE: options.rate = parse_number(optarg, w); break;
	case O_WINDOW: options.window = (u64)parse_integer(optarg, 0, 4000000000L, w); break;
	case O_COALESCE: options.coalesce = (int)parse_integer(optarg, 0, 100000, w); break;
	case O_BATCH: options.batch = (u32)parse_integer(optarg, 1, 100000, w); break;
	case O_SNDBUF: options.sndbuf = (int)parse_integer(optarg, 0, 1 << 30, w); break;
	case O_RCVBUF: options.rcvbuf = (int)parse_integer(optarg, 0, 1 << 30, w); break;
	case O_CRATE: options.conn_rate = parse_number(optarg, w); break;
	case O_CINFL: options.conn_inflight = (u32)parse_integer(optarg, 1, 1000000, w); break;
	case O_CTMO: options.connect_timeout = parse_number(optarg, w); break;
	case O_HOLD: options.hold = parse_number(optarg, w); break;
	case O_SPIN: options.spin = true; break;
	case O_SPID: add_server((int)parse_integer(optarg, 1, 1 << 30, w)); break;
	case O_STREE: add_server_tree((int)parse_integer(optarg, 1, 1 << 30, w)); break;
	case O_RHWM: options.reset_hwm = true; break;
	case O_STRICT: options.strict = true; break;
	case O_JSON: options.json = true; options.quiet = true; break;
	case O_QUIET: options.quiet = true; break;
	case O_PROGRESS: options.progress = true; break;
	case O_LABEL: options.label = optarg; break;
	case O_RUNID: options.run_id = optarg; break;
	case 'h': case O_HELP: fputs(usage_text, stdout); exit(0);
	default: fputs("try --help\n", stderr); exit(1);
	}
}

static void parse_scenario(int ch, const char *w)
{
	int k = -1;
	for (int i = 0; i < 4; i++)
		if (!strcmp(optarg, scenario_names[i]))
			k = i;
	if (ch == O_SC && !strcmp(optarg, "latency"))
		options.latency = true;
	else if (k < 0)
		die("--%s: unknown '%s'", w, optarg);
	else if (ch == O_SC)
		options.scenario = k;
	else
		topology = k;
}

static void apply_scenario(void)
{
	if (options.latency) {
		options.scenario = topology >= 0 ? topology : SC_PAIR;
		if (options.scenario == SC_CONNECT)
			die("--topo connect?");
		if (options.rate <= 0)
			options.rate = 1000;
	} else if (topology >= 0) {
		die("--topo goes with --scenario latency");
	}
	switch (options.scenario) {
	case SC_CONNECT:
		if (!options.idle)
			die("--scenario connect needs --conns N");
		options.pubs = options.subs = 0;
		break;
	case SC_FANIN: case SC_FANOUT:
		if (!options.pubs)
			options.pubs = 1;
		if (!options.subs)
			options.subs = 1;
		deliveries_per_publish = options.subs;
		break;
	case SC_PAIR:
		if (!options.pubs)
			options.pubs = options.subs ? options.subs : 1;
		options.subs = options.pubs;
		deliveries_per_publish = 1;
		break;
	}
}

static void resolve_endpoint(struct endpoint *e)
{
	const char *h = strcmp(e->host, "localhost") ? e->host : "127.0.0.1";
	e->sa.sin_family = AF_INET;
	e->sa.sin_port = htons((u16)e->port);
	if (!inet_aton(h, &e->sa.sin_addr) || ntohl(e->sa.sin_addr.s_addr) >> 24 != 127)
		die("%s: this tool only talks to 127.0.0.0/8", e->host);
	if (e->port < 1 || e->port > 65535)
		die("bad port %d", e->port);
}

static void apply_endpoints(void)
{
	/* the subscribers' endpoint is the publishers' unless told otherwise */
	if (!options.ep[1].host)
		options.ep[1].host = options.ep[0].host;
	if (!options.ep[1].port)
		options.ep[1].port = options.ep[0].port;
	if (!own_sub_endpoint)
		options.ep[1].ws = options.ep[0].ws, options.ep[1].path = options.ep[0].path;
	resolve_endpoint(&options.ep[0]);
	resolve_endpoint(&options.ep[1]);
	if (!options.user[1])
		options.user[1] = options.user[0];
	if (!options.pass[1])
		options.pass[1] = options.pass[0];
}

static void load_creds(const char *file, struct creds *cr)
{
	FILE *f = fopen(file, "r");
	if (!f)
		die("%s: %s", file, strerror(errno));
	char line[1024], a[256], b[256], c[256];
	while (fgets(line, sizeof line, f)) {
		if (line[0] == '#' || line[strspn(line, " \t\r\n")] == 0)
			continue;
		int k = sscanf(line, "%255s %255s %255s", a, b, c);
		if (k < 2)
			die("%s: want 'clientid user pass' a line", file);
		cr->v = checked_realloc(cr->v, (cr->n + 1) * sizeof *cr->v);
		cr->v[cr->n++] = (struct cred){checked_strdup(a), checked_strdup(b), checked_strdup(k > 2 ? c : "-")};
	}
	fclose(f);
}

static void check_and_complete(void)
{
	if (options.user_props && options.proto != 5)
		die("--user-props goes with --proto 5");
	if (options.sqos < 0)
		options.sqos = options.pqos;
	for (int k = 0; k < 2; k++)
		if (options.cred_file[k]) {
			load_creds(options.cred_file[k], &options.cred[k]);
			u32 need = k ? options.subs : options.scenario == SC_CONNECT ? options.idle : options.pubs;
			if (options.cred[k].n < need)
				die("%s: %u lines for %u clients", options.cred_file[k], options.cred[k].n, need);
		}
	if (options.pubs > 0xffffff)
		die("too many publishers");
	if (options.window && options.rate > 0)
		die("--window is for the closed loop");
	if (options.coalesce < 0) { /* only where enough is in flight for a pause not to matter */
		u64 limit = UINT64_MAX;
		if (options.pqos)
			limit = (u64)options.pubs * options.inflight;
		if (options.window && options.window < limit)
			limit = options.window;
		options.coalesce = options.rate > 0 || options.scenario == SC_CONNECT || limit < 200 ? 0 : 100;
	}
}

void free_credentials(void)
{
	for (int k = 0; k < 2; k++) {
		for (u32 i = 0; i < options.cred[k].n; i++) {
			free(options.cred[k].v[i].id);
			free(options.cred[k].v[i].user);
			free(options.cred[k].v[i].pass);
		}
		free(options.cred[k].v);
	}
}
