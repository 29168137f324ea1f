/* Opens and closes connections, and gives what epoll reports of them to the protocol. */
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include "base.h"
#include "connection.h"
#include "mqtt_decode.h"
#include "mqtt_encode.h"
#include "options.h"
#include "output.h"
#include "publish_properties.h"
#include "publisher.h"
#include "run.h"
#include "websocket.h"

const char *state_names[] = {"new", "tcp", "ws-upgrade", "connack", "suback", "ready", "closing", "dead"};

#ifndef IP_BIND_ADDRESS_NO_PORT
#define IP_BIND_ADDRESS_NO_PORT 24
#endif
#ifndef READ_BUFFER_BYTES /* bytes a read; tests build it with a handful */
#define READ_BUFFER_BYTES (256 * 1024)
#endif

struct conn *conns, *subs, *pubs, *idles;
u32 nconns;
int epoll_fd;
static u8 *read_buffer;

/* Prepares what every PUBLISH of a publisher has in common, and its in-flight window. */
static void make_publisher(struct conn *c)
{
	char topic[1024];
	substitute_index(topic, sizeof topic, options.topic, c->idx + options.start_index);
	c->topic_len = (u32)strlen(topic);
	u32 length = 2 + c->topic_len + (options.pqos ? 2 : 0) + publish_properties_length + options.size;
	c->tm = checked_calloc(1, c->topic_len + 8);
	u8 *q = c->tm;
	*q++ = (u8)(0x30 | options.pqos << 1 | (options.retain ? 1 : 0));
	q += put_varint(q, length);
	q = put_str(q, topic);
	c->tmlen = (u32)(q - c->tm);
	if (!options.pqos)
		return;
	u32 n = 16;
	while (n < options.inflight * 2)
		n *= 2;
	c->sl = checked_calloc(n, sizeof *c->sl);
	c->slmask = n - 1;
}

/* The source addresses that connections are spread over: more of them allow more than 28,000 connections. */
static u32 source_first, source_count;

static void choose_sources(void)
{
	char a[64], b[64];
	if (options.src_range && sscanf(options.src_range, "%63[0-9.]-%63[0-9.]", a, b) == 2) {
		struct in_addr x, y;
		if (!inet_aton(a, &x) || !inet_aton(b, &y))
			die("--src-range: bad address");
		source_first = ntohl(x.s_addr);
		source_count = ntohl(y.s_addr) - source_first + 1;
		if (source_first >> 24 != 127 || ntohl(y.s_addr) >> 24 != 127 || ntohl(y.s_addr) < source_first)
			die("--src-range: addresses of 127.0.0.0/8, low-high");
		return;
	}
	source_first = 0x7f000002;
	if (options.src_range)
		source_count = (u32)atoi(options.src_range);
	else if (nconns > 25000)
		source_count = (nconns + 24999) / 25000;
}

void make_connections(void)
{
	conns = checked_calloc(nconns, sizeof *conns);
	subs = conns;
	idles = conns + options.subs;
	pubs = idles + options.idle;
	for (u32 i = 0; i < nconns; i++) {
		struct conn *c = &conns[i];
		c->fd = -1;
		c->role = i < options.subs ? R_SUB : i < options.subs + options.idle ? R_IDLE : R_PUB;
		c->idx = c->role == R_SUB ? i : c->role == R_IDLE ? i - options.subs : i - options.subs - options.idle;
		c->ws = options.ep[c->role == R_SUB].ws;
		c->keepalive = options.keepalive;
		c->window = options.inflight;
		if (c->role == R_PUB)
			make_publisher(c);
	}
	read_buffer = checked_calloc(1, READ_BUFFER_BYTES);
	choose_sources();
	epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (epoll_fd < 0)
		die("epoll: %s", strerror(errno));
}

void free_connections(void)
{
	for (u32 i = 0; i < nconns; i++) {
		struct conn *c = &conns[i];
		if (c->fd >= 0)
			close(c->fd);
		free(c->ctl);
		free(c->pb);
		free(c->ob);
		free(c->tm);
		free(c->sl);
		free(c->q2);
	}
	close(epoll_fd);
	free(read_buffer);
	free(conns);
}

void note_error(const char *fmt, ...)
{
	if (counters.first_error[0])
		return;
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(counters.first_error, sizeof counters.first_error, fmt, ap);
	va_end(ap);
}

void conn_close(struct conn *c)
{
	if (c->fd >= 0) {
		close(c->fd); /* leaves the epoll set with it */
		c->fd = -1;
	}
	if (c->state != ST_DEAD && c->state < ST_READY && c->state > ST_NEW)
		counters.opening--;
	c->state = ST_DEAD;
}

void conn_fail(struct conn *c, const char *why)
{
	if (c->state == ST_DEAD)
		return;
	if (c->state < ST_READY)
		counters.connect_fail++;
	else if (c->state == ST_READY)
		counters.disconnects++;
	if (c->state != ST_CLOSING)
		note_error("%s %u: %s (state %s)", role_names[c->role], c->idx, why, state_names[c->state]);
	conn_close(c);
}

void proto_fail(struct conn *c, const char *why)
{
	counters.proto_err++;
	conn_fail(c, why);
}

static void tcp_up(struct conn *c)
{
	hist_add(&h_tcp, now_ns() - c->t_open);
	want_out(c, false);
	if (c->ws) {
		http_request(c);
	} else {
		send_connect(c);
		send_packets(c);
	}
}

/* Makes a socket with its options and source address; false when the connection failed by that. */
static bool make_socket(struct conn *c, u32 ordinal)
{
	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (c->fd < 0) {
		conn_fail(c, strerror(errno));
		return false;
	}
	int one = 1;
	setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	if (options.sndbuf && c->role == R_PUB && options.scenario != SC_CONNECT)
		setsockopt(c->fd, SOL_SOCKET, SO_SNDBUF, &options.sndbuf, sizeof options.sndbuf);
	if (options.rcvbuf && c->role == R_SUB)
		setsockopt(c->fd, SOL_SOCKET, SO_RCVBUF, &options.rcvbuf, sizeof options.rcvbuf);
	if (!source_count)
		return true;
	struct sockaddr_in sa = {.sin_family = AF_INET};
	sa.sin_addr.s_addr = htonl(source_first + ordinal % source_count);
	setsockopt(c->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
	if (bind(c->fd, (struct sockaddr *)&sa, sizeof sa) < 0) {
		conn_fail(c, strerror(errno));
		return false;
	}
	return true;
}

void conn_open(struct conn *c, u32 ordinal)
{
	c->t_open = now_ns();
	counters.opening++;
	c->state = ST_TCP;
	if (!make_socket(c, ordinal))
		return;
	struct epoll_event ev = {.events = EPOLLIN | EPOLLOUT, .data.ptr = c};
	c->want_out = 1;
	const struct sockaddr_in *to = &options.ep[c->role == R_SUB].sa;
	int r = connect(c->fd, (const struct sockaddr *)to, sizeof *to);
	if (r < 0 && errno != EINPROGRESS) {
		conn_fail(c, strerror(errno));
		return;
	}
	if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, c->fd, &ev) < 0)
		die("epoll_ctl: %s", strerror(errno));
	if (r == 0)
		tcp_up(c);
}

static void on_readable(struct conn *c)
{
	ssize_t r = recv(c->fd, read_buffer, READ_BUFFER_BYTES, MSG_DONTWAIT);
	if (r < 0) {
		if (errno != EAGAIN && errno != EINTR)
			conn_fail(c, strerror(errno));
		return;
	}
	if (r == 0) {
		if (c->state == ST_CLOSING)
			conn_close(c);
		else
			conn_fail(c, "closed by the server");
		return;
	}
	counters.reads++;
	counters.bytes_in += (u64)r;
	if (c->state == ST_CLOSING)
		return;
	now = now_ns();
	if (c->state == ST_HTTP)
		http_receive(c, read_buffer, (size_t)r);
	else if (c->ws)
		ws_receive(c, read_buffer, (size_t)r);
	else
		mqtt_receive(c, read_buffer, (size_t)r);
	if (c->fd < 0) {
		packets_used = 0;
		return;
	}
	send_packets(c);
	/* acks open a publisher's window at once */
	if (c->role == R_PUB && c->state == ST_READY && options.pqos && !c->in_runq && publish_batch(c) != P_IDLE)
		queue_push(c);
}

void on_event(struct conn *c, u32 ev)
{
	if (c->fd < 0)
		return;
	if (c->state == ST_TCP) {
		int err = 0;
		socklen_t l = sizeof err;
		getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &err, &l);
		if (err) {
			conn_fail(c, strerror(err));
			return;
		}
		if (ev & EPOLLOUT)
			tcp_up(c);
		return;
	}
	if (ev & EPOLLOUT) {
		output_flush(c);
		if (c->fd >= 0 && c->role == R_PUB && !output_pending(c) && phase >= PH_RUN)
			queue_push(c);
	}
	if (c->fd >= 0 && ev & (EPOLLIN | EPOLLHUP | EPOLLERR))
		on_readable(c);
}
