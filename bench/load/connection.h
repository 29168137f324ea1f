/* Connections to the server: publishers, subscribers and idle ones. */
#pragma once
#include "base.h"

enum { ST_NEW, ST_TCP, ST_HTTP, ST_CONNACK, ST_SUBACK, ST_READY, ST_CLOSING, ST_DEAD };
extern const char *state_names[];

struct slot { u64 ts; u16 pid; u8 st; };
enum { SL_FREE, SL_PUBACK, SL_PUBREC, SL_PUBCOMP };

struct conn {
	int fd;
	u8 state, role, ws, want_out, in_runq, ping_out;
	u32 idx;
	struct conn *rq_next;
	/* WebSocket receive state */
	u8 wh[14], whn, wop, wfin, wfrag, winpay, ctln;
	u8 *ctl;
	u64 wrem;
	/* MQTT (and HTTP) partial packet */
	u8 *pb;
	u32 pn, pcap, ptotal;
	/* unsent output */
	u8 *ob;
	u32 on, ooff, ocap;
	/* publisher */
	u8 *tm;
	u32 tmlen, topic_len, sent, due, infl, slmask, window;
	u16 pidctr;
	struct slot *sl;
	/* subscriber */
	u8 *q2;
	u64 t_open, t_sent, last_tx, t_ping;
	int keepalive;
};

/* All connections in one array: subscribers first, then idle ones, then publishers. */
extern struct conn *conns, *subs, *pubs, *idles;
extern u32 nconns;
extern int epoll_fd;

void make_connections(void);
void free_connections(void);
void conn_open(struct conn *c, u32 ordinal);
void conn_close(struct conn *c);
/* Closes a connection that failed and counts it; the first reason goes into the report. */
void conn_fail(struct conn *c, const char *why);
/* The same, for a server that breaks the protocol. */
void proto_fail(struct conn *c, const char *why);
void note_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void on_event(struct conn *c, u32 events);
