#pragma once
#include "base.h"

extern u64 *series; /* deliveries of each second of the run */
extern u32 series_length;

void run(void);
u64 expected_total(void);
