#pragma once
#include "connection.h"

/* Takes bytes as they come and calls on_packet for each whole packet. */
void mqtt_receive(struct conn *c, const u8 *p, size_t n);
void on_packet(struct conn *c, u8 header, const u8 *body, u32 n);
/* Makes room for a packet, or an HTTP response, that comes in pieces. */
void reserve_partial(struct conn *c, u32 n);
