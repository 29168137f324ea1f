/* Upgrades a connection to WebSocket: sends the HTTP request and checks the answer. */
#include "base.h"
#include "sha1.h"
#include "connection.h"
#include "mqtt_decode.h"
#include "mqtt_encode.h"
#include "options.h"
#include "output.h"
#include "run.h"
#include "websocket.h"

static char ws_key[32], ws_accept[40]; /* one handshake key for the whole run */

void make_websocket_key(void)
{
	u8 raw[16], digest[20];
	for (int i = 0; i < 16; i++)
		raw[i] = (u8)(rng() >> 24);
	base64(raw, 16, ws_key);
	char text[80];
	snprintf(text, sizeof text, "%s258EAFA5-E914-47DA-95CA-C5AB0DC85B11", ws_key);
	sha1((u8 *)text, strlen(text), digest);
	base64(digest, 20, ws_accept);
}

void http_request(struct conn *c)
{
	const struct endpoint *e = &options.ep[c->role == R_SUB];
	char req[1024];
	int n = snprintf(req, sizeof req,
		"GET %s HTTP/1.1\r\nHost: %s:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
		"Sec-WebSocket-Key: %s\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n",
		e->path, e->host, e->port, ws_key);
	if (n < 0 || (size_t)n >= sizeof req)
		die("WebSocket path too long");
	reserve_packets((u32)n);
	memcpy(packets + packets_used, req, (size_t)n);
	packets_used += (u32)n;
	c->state = ST_HTTP;
	send_packets(c);
}

/* header value of an HTTP response, case-insensitive name */
static bool http_header(const char *h, const char *name, char *out, size_t cap)
{
	size_t nl = strlen(name);
	for (const char *p = strstr(h, "\r\n"); p; p = strstr(p, "\r\n")) {
		p += 2;
		if (strncasecmp(p, name, nl) || p[nl] != ':')
			continue;
		p += nl + 1;
		while (*p == ' ' || *p == '\t')
			p++;
		size_t n = strcspn(p, "\r\n");
		while (n && (p[n - 1] == ' ' || p[n - 1] == '\t'))
			n--;
		if (n >= cap)
			n = cap - 1;
		memcpy(out, p, n);
		out[n] = 0;
		return true;
	}
	return false;
}

void http_receive(struct conn *c, const u8 *p, size_t n)
{
	if (c->pn + n > 16384) {
		proto_fail(c, "oversized HTTP response");
		return;
	}
	u32 had = c->pn;
	reserve_partial(c, c->pn + (u32)n + 1);
	memcpy(c->pb + c->pn, p, n);
	c->pn += (u32)n;
	u8 *e = memmem(c->pb, c->pn, "\r\n\r\n", 4);
	if (!e)
		return;
	u32 hl = (u32)(e - c->pb) + 4;
	e[2] = 0;
	char v[128];
	const char *h = (const char *)c->pb;
	if (strncmp(h, "HTTP/1.1 101", 12)) {
		char m[128];
		snprintf(m, sizeof m, "WebSocket upgrade refused: %.*s", (int)strcspn(h, "\r\n") < 80 ? (int)strcspn(h, "\r\n") : 80, h);
		conn_fail(c, m);
		return;
	}
	if (!http_header(h, "Sec-WebSocket-Accept", v, sizeof v) || strcmp(v, ws_accept)) {
		proto_fail(c, "bad Sec-WebSocket-Accept");
		return;
	}
	if (!http_header(h, "Sec-WebSocket-Protocol", v, sizeof v) || strcmp(v, "mqtt")) {
		proto_fail(c, "server did not select the mqtt subprotocol");
		return;
	}
	if (http_header(h, "Sec-WebSocket-Extensions", v, sizeof v)) {
		proto_fail(c, "server selected an extension that was not offered");
		return;
	}
	hist_add(&h_ws, now_ns() - c->t_open);
	c->pn = 0;
	send_connect(c);
	size_t used = hl - had;
	if (n > used)
		ws_receive(c, p + used, n - used);
}
