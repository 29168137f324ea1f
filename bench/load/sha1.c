/* SHA-1 and base64, as the WebSocket handshake needs them (RFC 6455, 1.3). */
#include "base.h"
#include "sha1.h"

static u32 rol(u32 x, int n) { return x << n | x >> (32 - n); }

void sha1(const u8 *msg, size_t n, u8 out[20])
{
	u32 h[5] = {0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0};
	size_t total = (n + 8) / 64 * 64 + 64;
	u8 *m = checked_calloc(1, total);
	memcpy(m, msg, n);
	m[n] = 0x80;
	for (int i = 0; i < 8; i++)
		m[total - 1 - (size_t)i] = (u8)((u64)n * 8 >> (8 * i));
	for (size_t o = 0; o < total; o += 64) {
		u32 w[80];
		for (int i = 0; i < 16; i++) {
			const u8 *p = m + o + i * 4;
			w[i] = (u32)p[0] << 24 | (u32)p[1] << 16 | (u32)p[2] << 8 | p[3];
		}
		for (int i = 16; i < 80; i++)
			w[i] = rol(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
		u32 a = h[0], b = h[1], c = h[2], d = h[3], e = h[4];
		for (int i = 0; i < 80; i++) {
			u32 f, k;
			if (i < 20) { f = (b & c) | (~b & d); k = 0x5A827999; }
			else if (i < 40) { f = b ^ c ^ d; k = 0x6ED9EBA1; }
			else if (i < 60) { f = (b & c) | (b & d) | (c & d); k = 0x8F1BBCDC; }
			else { f = b ^ c ^ d; k = 0xCA62C1D6; }
			u32 t = rol(a, 5) + f + e + k + w[i];
			e = d; d = c; c = rol(b, 30); b = a; a = t;
		}
		h[0] += a; h[1] += b; h[2] += c; h[3] += d; h[4] += e;
	}
	free(m);
	for (int i = 0; i < 20; i++)
		out[i] = (u8)(h[i / 4] >> (24 - 8 * (i % 4)));
}

void base64(const u8 *p, size_t n, char *o)
{
	static const char t[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	for (size_t i = 0; i < n; i += 3) {
		u32 v = (u32)p[i] << 16 | (i + 1 < n ? (u32)p[i + 1] << 8 : 0) | (i + 2 < n ? p[i + 2] : 0);
		*o++ = t[v >> 18 & 63];
		*o++ = t[v >> 12 & 63];
		*o++ = i + 1 < n ? t[v >> 6 & 63] : '=';
		*o++ = i + 2 < n ? t[v & 63] : '=';
	}
	*o = 0;
}
