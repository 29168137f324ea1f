/* Payloads made from a template that names the places of sequence number, time and publisher. */
#pragma once
#include "base.h"

extern u8 *rendered;

void load_template(const char *file);
void free_template(void);
/* Renders into `rendered`; returns the length. */
u32 render(u32 pub, u32 seq, u64 ts);
bool find_num(const u8 *p, u32 n, const char *mark, u64 *v);
