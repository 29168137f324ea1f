/* Cuts the bytes that a server sends into MQTT packets. */
#include "base.h"
#include "connection.h"
#include "mqtt_decode.h"

static int decode_length(const u8 *p, size_t n, u32 *rl) /* header bytes, 0 = more needed, -1 = malformed */
{
	u32 v = 0;
	for (u32 i = 1; i < 5; i++) {
		if (i >= n)
			return 0;
		v |= (u32)(p[i] & 127) << (7 * (i - 1));
		if (!(p[i] & 128)) {
			*rl = v;
			return (int)i + 1;
		}
	}
	return -1;
}

void reserve_partial(struct conn *c, u32 n)
{
	if (n <= c->pcap)
		return;
	if (n > 300u << 20)
		die("packet of %u bytes", n);
	c->pb = checked_realloc(c->pb, n);
	c->pcap = n;
}

void mqtt_receive(struct conn *c, const u8 *p, size_t n)
{
	u32 rl = 0;
	while (n) {
		if (likely(!c->pn)) {
			int hl = n >= 2 ? decode_length(p, n, &rl) : 0;
			if (unlikely(hl < 0)) {
				proto_fail(c, "malformed remaining length");
				return;
			}
			if (likely(hl && n >= (size_t)hl + rl)) {
				on_packet(c, p[0], p + hl, rl);
				if (unlikely(c->state >= ST_CLOSING))
					return;
				p += (u32)hl + rl;
				n -= (u32)hl + rl;
				continue;
			}
			c->ptotal = hl ? (u32)hl + rl : 0;
			reserve_partial(c, hl ? c->ptotal : 8);
			memcpy(c->pb, p, n);
			c->pn = (u32)n;
			return;
		}
		if (!c->ptotal) { /* a header in pieces */
			reserve_partial(c, 8);
			c->pb[c->pn++] = *p++;
			n--;
			int hl = decode_length(c->pb, c->pn, &rl);
			if (hl < 0) {
				proto_fail(c, "malformed remaining length");
				return;
			}
			if (hl) {
				c->ptotal = (u32)hl + rl;
				reserve_partial(c, c->ptotal);
			}
		} else {
			size_t take = c->ptotal - c->pn;
			if (take > n)
				take = n;
			memcpy(c->pb + c->pn, p, take);
			c->pn += (u32)take;
			p += take;
			n -= take;
		}
		if (c->ptotal && c->pn == c->ptotal) {
			int hl = decode_length(c->pb, c->pn, &rl);
			c->pn = c->ptotal = 0;
			on_packet(c, c->pb[0], c->pb + hl, rl);
			if (c->state >= ST_CLOSING)
				return;
			if (c->pcap > 65536) {
				free(c->pb);
				c->pb = NULL;
				c->pcap = 0;
			}
		}
	}
}
