#pragma once
#include "connection.h"

/* One MQTT packet of len bytes: room for it among the packets to send, behind a WebSocket frame header where c speaks
 * WebSocket (one frame a packet, as clients do). packet_end masks it. */
u8 *packet_begin(struct conn *c, u32 len);
u8 *frame_begin(struct conn *c, u8 op, u32 len);
void packet_end(struct conn *c);

void ws_receive(struct conn *c, const u8 *p, size_t n);

void make_websocket_key(void);
void http_request(struct conn *c);
void http_receive(struct conn *c, const u8 *p, size_t n);
