/* Frames packets for WebSocket (RFC 6455) and unframes what the server sends. */
#include "base.h"
#include "connection.h"
#include "mqtt_decode.h"
#include "mqtt_encode.h"
#include "options.h"
#include "output.h"
#include "run.h"
#include "websocket.h"

/* One MQTT packet of len bytes: room for it in the scratch buffer, behind a
 * WebSocket frame header where c speaks WebSocket (one frame a packet, as
 * clients do). packet_end masks it. */
static u8 *packet_start;
static u32 packet_size, packet_mask;

static inline u8 *ws_begin(u8 op, u32 len)
{
	u8 *q = packets + packets_used;
	*q++ = op;
	if (len < 126) {
		*q++ = (u8)(0x80 | len);
	} else if (len < 65536) {
		*q++ = 0x80 | 126;
		put16(q, len);
		q += 2;
	} else {
		*q++ = 0x80 | 127;
		put16(q, 0);
		put16(q + 2, 0);
		put16(q + 4, len >> 16);
		put16(q + 6, len);
		q += 8;
	}
	packet_mask = options.mask_zero ? 0 : (u32)(rng() >> 16);
	memcpy(q, &packet_mask, 4);
	return q + 4;
}

u8 *frame_begin(struct conn *c, u8 op, u32 len)
{
	reserve_packets(len + 14);
	u8 *q = packets + packets_used;
	if (c->ws)
		q = ws_begin(op, len);
	packet_start = q;
	packet_size = len;
	packets_used = (u32)(q - packets) + len;
	return q;
}

u8 *packet_begin(struct conn *c, u32 len) { return frame_begin(c, 0x82, len); }

void packet_end(struct conn *c)
{
	if (!c->ws || !packet_mask)
		return;
	u64 m = (u64)packet_mask << 32 | packet_mask;
	u8 *p = packet_start;
	u32 n = packet_size;
	for (; n >= 8; n -= 8, p += 8) {
		u64 v;
		memcpy(&v, p, 8);
		v ^= m;
		memcpy(p, &v, 8);
	}
	u8 k[4];
	memcpy(k, &packet_mask, 4);
	for (u32 i = 0; i < n; i++)
		p[i] ^= k[i & 3];
}

static void ws_control(struct conn *c)
{
	if (c->wop == 9) { /* ping: pong with the same data */
		u8 *q = frame_begin(c, 0x8A, c->ctln);
		memcpy(q, c->ctl, c->ctln);
		packet_end(c);
	} else if (c->wop == 8) {
		char m[64];
		snprintf(m, sizeof m, "WebSocket close, code %u", c->ctln >= 2 ? get16(c->ctl) : 1005u);
		conn_fail(c, m);
	}
}

/* Reads the frame header that c->wh holds; false while it is incomplete, or when it broke the protocol. */
static bool ws_header(struct conn *c)
{
	if (c->whn < 2)
		return false;
	u32 l7 = c->wh[1] & 127, need = 2 + (l7 == 126 ? 2 : l7 == 127 ? 8 : 0);
	if (c->whn < need)
		return false;
	u8 op = c->wh[0] & 15;
	bool fin = c->wh[0] & 0x80;
	u64 len = l7;
	if (l7 == 126) {
		len = get16(c->wh + 2);
	} else if (l7 == 127) {
		len = 0;
		for (int i = 2; i < 10; i++)
			len = len << 8 | c->wh[i];
	}
	c->whn = 0;
	const char *bad = NULL;
	if (c->wh[0] & 0x70)
		bad = "WebSocket: reserved bits set";
	else if (c->wh[1] & 0x80)
		bad = "WebSocket: masked frame from the server";
	else if (op >= 8 && (len > 125 || !fin || op > 10))
		bad = "WebSocket: bad control frame";
	else if (op == 0 && !c->wfrag)
		bad = "WebSocket: continuation of nothing";
	else if (op == 2 && c->wfrag)
		bad = "WebSocket: new message inside a fragmented one";
	else if (op == 1 || (op > 2 && op < 8))
		bad = "WebSocket: not a binary message";
	else if (len >> 63)
		bad = "WebSocket: bad length";
	if (bad) {
		proto_fail(c, bad);
		return false;
	}
	counters.ws_frames_in++;
	c->wop = op;
	if (op < 8) {
		c->wfrag = !fin;
	} else {
		c->ctln = 0;
		if (!c->ctl)
			c->ctl = checked_calloc(1, 128);
	}
	c->wrem = len;
	c->winpay = 1;
	return true;
}

void ws_receive(struct conn *c, const u8 *p, size_t n)
{
	while (n) {
		if (!c->winpay) {
			if (likely(!c->whn && n >= 2 && p[0] == 0x82 && p[1] < 126 && !c->wfrag && n >= 2u + p[1])) {
				u32 l = p[1]; /* a whole short unfragmented binary frame */
				counters.ws_frames_in++;
				mqtt_receive(c, p + 2, l);
				if (unlikely(c->state >= ST_CLOSING))
					return;
				p += 2 + l;
				n -= 2 + l;
				continue;
			}
			c->wh[c->whn++] = *p++;
			n--;
			if (!ws_header(c)) {
				if (c->state >= ST_CLOSING)
					return;
				continue;
			}
		} else {
			size_t take = c->wrem < n ? (size_t)c->wrem : n;
			if (c->wop < 8) {
				mqtt_receive(c, p, take);
				if (c->state >= ST_CLOSING)
					return;
			} else {
				memcpy(c->ctl + c->ctln, p, take);
				c->ctln = (u8)(c->ctln + take);
			}
			c->wrem -= take;
			p += take;
			n -= take;
		}
		if (c->winpay && !c->wrem) {
			c->winpay = 0;
			if (c->wop >= 8) {
				ws_control(c);
				if (c->state >= ST_CLOSING)
					return;
			}
		}
	}
}
