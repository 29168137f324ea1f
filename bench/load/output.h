/* Output: packets are gathered in one scratch buffer and sent at once; what a socket does not take waits with its
 * connection. */
#pragma once
#include "connection.h"

extern u8 *packets; /* packets of the connection in hand that are not sent yet */
extern u32 packets_used;

void make_packet_buffer(void);
void reserve_packets(u32 n);
void send_packets(struct conn *c);
bool output_pending(const struct conn *c);
void output_flush(struct conn *c);
void want_out(struct conn *c, bool on);
