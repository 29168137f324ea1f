/* Sends packets: from the shared scratch buffer at once, from a connection’s own buffer once its socket takes more. */
#include <sys/epoll.h>
#include <sys/socket.h>
#include "base.h"
#include "connection.h"
#include "options.h"
#include "output.h"
#include "run.h"

u8 *packets; /* scratch for outgoing packets of the connection in hand */
u32 packets_used;
static u32 packets_capacity;

void make_packet_buffer(void)
{
	packets_capacity = 1 << 20;
	packets = checked_calloc(1, packets_capacity);
}

void want_out(struct conn *c, bool on)
{
	if (c->want_out == on || c->fd < 0)
		return;
	c->want_out = on;
	struct epoll_event e = {.events = EPOLLIN | (on ? EPOLLOUT : 0u), .data.ptr = c};
	epoll_ctl(epoll_fd, EPOLL_CTL_MOD, c->fd, &e);
}

#define OUT_MAX (64u << 20)
static void output_append(struct conn *c, const u8 *p, u32 n)
{
	if (c->ooff && c->ooff == c->on)
		c->ooff = c->on = 0;
	if (c->on + n > c->ocap) {
		if (c->ooff) {
			memmove(c->ob, c->ob + c->ooff, c->on - c->ooff);
			c->on -= c->ooff;
			c->ooff = 0;
		}
		if (c->on + n > c->ocap) {
			u32 cap = c->ocap ? c->ocap : 256;
			while (cap < c->on + n)
				cap *= 2;
			if (cap > OUT_MAX) {
				conn_fail(c, "peer does not read: 64 MiB of unsent output");
				return;
			}
			c->ob = checked_realloc(c->ob, cap);
			c->ocap = cap;
		}
	}
	memcpy(c->ob + c->on, p, n);
	c->on += n;
}

bool output_pending(const struct conn *c) { return c->on != c->ooff; }

void output_flush(struct conn *c)
{
	while (output_pending(c)) {
		ssize_t r = send(c->fd, c->ob + c->ooff, c->on - c->ooff, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (r < 0) {
			if (errno == EAGAIN)
				break;
			if (errno == EINTR)
				continue;
			conn_fail(c, strerror(errno));
			return;
		}
		counters.writes++;
		counters.bytes_out += (u64)r;
		c->ooff += (u32)r;
		c->last_tx = now;
	}
	if (!output_pending(c)) {
		c->on = c->ooff = 0;
		if (c->ocap > 4096) {
			free(c->ob);
			c->ob = NULL;
			c->ocap = 0;
		}
	}
	want_out(c, output_pending(c));
}

/* sends what the scratch buffer holds for c */
void send_packets(struct conn *c)
{
	u32 n = packets_used;
	packets_used = 0;
	if (!n || c->fd < 0)
		return;
	if (output_pending(c)) {
		output_append(c, packets, n);
		return;
	}
	ssize_t r = send(c->fd, packets, n, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (r < 0) {
		if (errno != EAGAIN && errno != EINTR) {
			conn_fail(c, strerror(errno));
			return;
		}
		r = 0;
	} else {
		counters.writes++;
		c->last_tx = now;
	}
	counters.bytes_out += (u64)r;
	if ((u32)r < n) {
		output_append(c, packets + r, n - (u32)r);
		if (c->fd >= 0)
			want_out(c, true);
	}
}

void reserve_packets(u32 n)
{
	if (likely(packets_used + n <= packets_capacity))
		return;
	while (packets_used + n > packets_capacity)
		packets_capacity *= 2;
	packets = checked_realloc(packets, packets_capacity);
}
