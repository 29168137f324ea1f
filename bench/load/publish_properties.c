/* Makes the property section that all publishers send. */
#include "publish_properties.h"
#include "mqtt_encode.h"
#include "options.h"

#define USER_PROPERTY 0x26

u8 *publish_properties;
u32 publish_properties_length;
static u32 length_bytes;

void make_publish_properties(void)
{
	if (options.proto != 5) {
		publish_properties = checked_calloc(1, 1);
		return;
	}
	u8 body[8192], *q = body; /* 100 properties of 41 bytes at most */
	for (u32 i = 0; i < options.user_props; i++) {
		char name[32], value[32];
		snprintf(name, sizeof name, "property-%u", i);
		snprintf(value, sizeof value, "value of property %u", i);
		*q++ = USER_PROPERTY;
		q = put_str(q, name);
		q = put_str(q, value);
	}
	u32 n = (u32)(q - body);
	length_bytes = varint_size(n);
	publish_properties_length = length_bytes + n;
	publish_properties = checked_calloc(1, publish_properties_length);
	put_varint(publish_properties, n);
	memcpy(publish_properties + length_bytes, body, n);
}

bool are_sent_properties(const u8 *p, u32 n)
{
	return n + length_bytes == publish_properties_length && !memcmp(p, publish_properties + length_bytes, n);
}
