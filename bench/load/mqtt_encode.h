#pragma once
#include "connection.h"

void put_ack(struct conn *c, u8 type, u32 pid);
void put_short(struct conn *c, u8 type);
u32 put_varint(u8 *q, u32 v);
u32 varint_size(u32 v);
u8 *put_str(u8 *q, const char *s);
/* Replaces the first %d of a pattern by n. */
void substitute_index(char *dst, size_t cap, const char *pat, u32 n);
void send_connect(struct conn *c);
void send_subscribe(struct conn *c, const char *pattern, int qos);
