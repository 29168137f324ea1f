#pragma once
#include "connection.h"

void make_tracks(void);
void free_tracks(void);
/* Counts one delivery: is it the message that this subscriber expects next of its publisher? */
void account(struct conn *c, const u8 *topic, u32 topic_len, const u8 *payload, u32 n, u64 t);
