/* Encodes the MQTT packets that a client sends, PUBLISH excepted (publisher.c). */
#include "base.h"
#include "connection.h"
#include "mqtt_encode.h"
#include "options.h"
#include "output.h"
#include "websocket.h"

void put_ack(struct conn *c, u8 type, u32 pid)
{
	u8 *q = packet_begin(c, 4);
	q[0] = type;
	q[1] = 2;
	put16(q + 2, pid);
	packet_end(c);
}

void put_short(struct conn *c, u8 type)
{
	u8 *q = packet_begin(c, 2);
	q[0] = type;
	q[1] = 0;
	packet_end(c);
}

u32 put_varint(u8 *q, u32 v)
{
	u32 n = 0;
	do {
		u8 b = v & 127;
		v >>= 7;
		q[n++] = v ? b | 128 : b;
	} while (v);
	return n;
}

u32 varint_size(u32 v) { return v < 128 ? 1 : v < 16384 ? 2 : v < 2097152 ? 3 : 4; }

u8 *put_str(u8 *q, const char *s)
{
	u32 n = (u32)strlen(s);
	put16(q, n);
	memcpy(q + 2, s, n);
	return q + 2 + n;
}

/* replaces the first %d of pattern by n */
void substitute_index(char *dst, size_t cap, const char *pat, u32 n)
{
	const char *p = strstr(pat, "%d");
	int r = p ? snprintf(dst, cap, "%.*s%u%s", (int)(p - pat), pat, n, p + 2) : snprintf(dst, cap, "%s", pat);
	if (r < 0 || (size_t)r >= cap)
		die("too long: %s", pat);
}

static const struct cred *cred_of(const struct conn *c)
{
	const struct creds *cr = &options.cred[c->role == R_SUB];
	u32 i = c->idx + (c->role == R_IDLE ? options.pubs : 0); /* idle ones: the lines after the publishers' */
	return i < cr->n ? &cr->v[i] : NULL;
}

void send_connect(struct conn *c)
{
	char id[128], user[256] = "", pass[256] = "";
	const struct cred *cr = cred_of(c);
	int k = c->role == R_SUB;
	u32 n = c->idx + options.start_index;
	snprintf(id, sizeof id, "%s%c%u", options.id_prefix, role_names[c->role][0], n);
	bool has_user = false, has_pass = false;
	if (cr) {
		if (strcmp(cr->id, "-"))
			snprintf(id, sizeof id, "%s", cr->id);
		if ((has_user = strcmp(cr->user, "-") != 0))
			snprintf(user, sizeof user, "%s", cr->user);
		if ((has_pass = strcmp(cr->pass, "-") != 0))
			snprintf(pass, sizeof pass, "%s", cr->pass);
	} else {
		if ((has_user = options.user[k] != NULL))
			substitute_index(user, sizeof user, options.user[k], n);
		if ((has_pass = options.pass[k] != NULL))
			substitute_index(pass, sizeof pass, options.pass[k], n);
	}
	u8 body[1024], *q = body;
	q = put_str(q, "MQTT");
	*q++ = (u8)options.proto;
	*q++ = (u8)((has_user ? 0x80 : 0) | (has_pass ? 0x40 : 0) | (options.clean ? 2 : 0));
	put16(q, (u32)options.keepalive);
	q += 2;
	if (options.proto == 5) {
		if (options.recv_max && c->role == R_SUB) {
			*q++ = 3;
			*q++ = 0x21;
			put16(q, options.recv_max);
			q += 2;
		} else {
			*q++ = 0;
		}
	}
	q = put_str(q, id);
	if (has_user)
		q = put_str(q, user);
	if (has_pass)
		q = put_str(q, pass);
	u32 rl = (u32)(q - body);
	u8 *p = packet_begin(c, 1 + varint_size(rl) + rl);
	*p++ = 0x10;
	p += put_varint(p, rl);
	memcpy(p, body, rl);
	packet_end(c);
	c->state = ST_CONNACK;
	c->t_sent = now_ns();
}

void send_subscribe(struct conn *c, const char *pattern, int qos)
{
	char t[1024];
	substitute_index(t, sizeof t, pattern, c->idx + options.start_index);
	u32 rl = 2 + (options.proto == 5) + 2 + (u32)strlen(t) + 1;
	u8 *p = packet_begin(c, 1 + varint_size(rl) + rl);
	*p++ = 0x82;
	p += put_varint(p, rl);
	put16(p, 1);
	p += 2;
	if (options.proto == 5)
		*p++ = 0;
	p = put_str(p, t);
	*p = (u8)qos;
	packet_end(c);
	c->state = ST_SUBACK;
}
