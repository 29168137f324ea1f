/* Acts on each packet that a server sends. */
#include "base.h"
#include "connection.h"
#include "delivery.h"
#include "mqtt_decode.h"
#include "mqtt_encode.h"
#include "options.h"
#include "publish_properties.h"
#include "run.h"

static void conn_ready(struct conn *c)
{
	c->state = ST_READY;
	counters.opening--;
	counters.connected++;
	counters.last_progress = now;
}

static bool read_varint(const u8 *b, u32 n, u32 *off, u32 *v)
{
	u32 x = 0;
	for (u32 i = 0; i < 4; i++) {
		if (*off >= n)
			return false;
		u8 c = b[(*off)++];
		x |= (u32)(c & 127) << (7 * i);
		if (!(c & 128)) {
			*v = x;
			return true;
		}
	}
	return false;
}

static bool connack_props(struct conn *c, const u8 *b, u32 n)
{
	u32 off = 0, len;
	if (!read_varint(b, n, &off, &len) || off + len != n)
		return false;
	while (off < n) {
		u8 id = b[off++];
		u32 sz;
		switch (id) {
		case 0x01: case 0x17: case 0x19: case 0x24: case 0x25: case 0x28: case 0x29: case 0x2A: sz = 1; break;
		case 0x13: case 0x21: case 0x22: case 0x23: sz = 2; break;
		case 0x02: case 0x11: case 0x18: case 0x27: sz = 4; break;
		case 0x26:
			if (off + 2 > n)
				return false;
			off += 2 + get16(b + off);
			/* fallthrough */
		case 0x03: case 0x08: case 0x09: case 0x12: case 0x15: case 0x16: case 0x1A: case 0x1C: case 0x1F:
			if (off + 2 > n)
				return false;
			sz = 2 + get16(b + off);
			break;
		default: return false;
		}
		if (off + sz > n)
			return false;
		if (id == 0x21 && get16(b + off) < c->window)
			c->window = get16(b + off);
		if (id == 0x13)
			c->keepalive = (int)get16(b + off);
		if (id == 0x24 && c->role == R_PUB && b[off] < options.pqos)
			note_error("server's Maximum QoS is %d", b[off]);
		off += sz;
	}
	return true;
}

static void on_publish(struct conn *c, u8 h, const u8 *b, u32 n)
{
	u32 qos = h >> 1 & 3;
	if (unlikely(n < 2 || qos == 3)) {
		proto_fail(c, "malformed PUBLISH");
		return;
	}
	u32 tl = get16(b), off = 2 + tl, pid = 0;
	if (qos) {
		if (unlikely(off + 2 > n)) {
			proto_fail(c, "malformed PUBLISH");
			return;
		}
		pid = get16(b + off);
		off += 2;
		if (unlikely(!pid)) {
			proto_fail(c, "PUBLISH with packet id 0");
			return;
		}
	}
	if (options.proto == 5) {
		u32 pl;
		if (unlikely(!read_varint(b, n, &off, &pl) || off + pl > n)) {
			proto_fail(c, "malformed PUBLISH properties");
			return;
		}
		counters.properties_changed += !are_sent_properties(b + off, pl);
		off += pl;
	}
	if (unlikely(off > n)) {
		proto_fail(c, "malformed PUBLISH");
		return;
	}
	counters.dupflag += h >> 3 & 1;
	counters.retained += h & 1;
	if (qos == 1) {
		put_ack(c, 0x40, pid);
	} else if (qos == 2) {
		put_ack(c, 0x50, pid);
		if (!c->q2)
			c->q2 = checked_calloc(1, 8192);
		if (c->q2[pid >> 3] & 1 << (pid & 7))
			return; /* redelivery of one we hold: not a second delivery */
		c->q2[pid >> 3] |= (u8)(1 << (pid & 7));
	}
	if (c->role != R_SUB) {
		counters.misrouted++;
		return;
	}
	counters.qos_mismatch += qos != (u32)(options.pqos < options.sqos ? options.pqos : options.sqos);
	account(c, b + 2, tl, b + off, n - off, now);
}

static void ack_done(struct conn *c, struct slot *s)
{
	if (s->ts >= measure_start && s->ts < measure_end)
		hist_add(&h_ack, now - s->ts);
	s->st = SL_FREE;
	c->infl--;
	counters.acked++;
	counters.last_progress = now;
}

static void on_ack(struct conn *c, u8 type, const u8 *b, u32 n)
{
	if (n < 2) {
		proto_fail(c, "malformed ack");
		return;
	}
	u32 pid = get16(b);
	u8 rc = n > 2 ? b[2] : 0;
	if (type == 6) { /* PUBREL, for what we received */
		if (c->q2)
			c->q2[pid >> 3] &= (u8)~(1 << (pid & 7));
		put_ack(c, 0x70, pid);
		return;
	}
	struct slot *s = c->sl ? &c->sl[pid & c->slmask] : NULL;
	u8 want = type == 4 ? SL_PUBACK : type == 5 ? SL_PUBREC : SL_PUBCOMP;
	if (!s || s->pid != pid || s->st != want) {
		proto_fail(c, type == 4 ? "PUBACK for nothing in flight" : type == 5 ? "PUBREC for nothing in flight" : "PUBCOMP for nothing in flight");
		return;
	}
	if (rc >= 0x80) {
		counters.puback_err++;
		note_error("publish refused, reason 0x%02x", rc);
	}
	if (type == 5 && rc < 0x80) {
		s->st = SL_PUBCOMP;
		put_ack(c, 0x62, pid);
	} else {
		ack_done(c, s);
	}
}

static void on_connack(struct conn *c, const u8 *b, u32 n)
{
	if (c->state != ST_CONNACK || n < 2) {
		proto_fail(c, "unexpected CONNACK");
		return;
	}
	u64 t = now_ns();
	if (b[1]) {
		char m[64];
		snprintf(m, sizeof m, "CONNACK refused, code %u", b[1]);
		conn_fail(c, m);
		return;
	}
	if (options.proto == 5 && !connack_props(c, b + 2, n - 2)) {
		proto_fail(c, "malformed CONNACK properties");
		return;
	}
	hist_add(&h_connack, t - c->t_sent);
	hist_add(&h_total, t - c->t_open);
	if (c->role == R_SUB)
		send_subscribe(c, options.sub_topic, options.sqos);
	else if (c->role == R_IDLE && options.idle_sub)
		send_subscribe(c, options.idle_topic, 0);
	else
		conn_ready(c);
}

static void on_suback(struct conn *c, const u8 *b, u32 n)
{
	u32 off = 2, pl;
	if (c->state != ST_SUBACK || n < 3 || get16(b) != 1) {
		proto_fail(c, "unexpected SUBACK");
		return;
	}
	if (options.proto == 5) {
		if (!read_varint(b, n, &off, &pl) || off + pl + 1 > n) {
			proto_fail(c, "malformed SUBACK");
			return;
		}
		off += pl;
	}
	if (b[off] >= 0x80) {
		char m[64];
		snprintf(m, sizeof m, "SUBSCRIBE refused, code 0x%02x", b[off]);
		counters.suback_fail++;
		conn_fail(c, m);
		return;
	}
	if (c->role == R_SUB && b[off] < options.sqos)
		counters.granted_lower++;
	conn_ready(c);
}

void on_packet(struct conn *c, u8 h, const u8 *b, u32 n)
{
	switch (h >> 4) {
	case 3: on_publish(c, h, b, n); break;
	case 4: case 5: case 6: case 7: on_ack(c, h >> 4, b, n); break;
	case 2: on_connack(c, b, n); break;
	case 9: on_suback(c, b, n); break;
	case 13:
		if (c->ping_out)
			hist_add(&h_ping, now - c->t_ping);
		c->ping_out = 0;
		break;
	case 14: {
		char m[64];
		snprintf(m, sizeof m, "server sent DISCONNECT, reason 0x%02x", n ? b[0] : 0);
		counters.server_disc++;
		conn_fail(c, m);
		break;
	}
	default: proto_fail(c, "unexpected packet type");
	}
}
