/* The property section of every PUBLISH of version 5: its length, and --user-props user properties. */
#pragma once
#include "base.h"

extern u8 *publish_properties;
extern u32 publish_properties_length; /* 0 in version 3.1.1, which has no such section */

void make_publish_properties(void);
/* Whether a received section, without its length, holds what was sent: user properties keep their order. */
bool are_sent_properties(const u8 *p, u32 n);
