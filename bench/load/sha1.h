#pragma once
#include "base.h"

void sha1(const u8 *msg, size_t n, u8 out[20]);
/* Writes 4 characters for every 3 bytes begun, and a closing zero. */
void base64(const u8 *p, size_t n, char *o);
