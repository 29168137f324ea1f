/* Errors that end the run, memory that is checked, and the random numbers’ state. */
#include <stdarg.h>
#include "base.h"

void die(const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	fputs("mqttload: ", stderr);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
	exit(1);
}

void *checked_realloc(void *p, size_t n)
{
	void *q = realloc(p, n ? n : 1);
	if (!q)
		die("out of memory (%zu bytes)", n);
	return q;
}

void *checked_calloc(size_t n, size_t m)
{
	void *q = calloc(n ? n : 1, m);
	if (!q)
		die("out of memory (%zu x %zu bytes)", n, m);
	return q;
}

char *checked_strdup(const char *s)
{
	char *q = strdup(s);
	if (!q)
		die("out of memory");
	return q;
}

u64 rng_state = 88172645463325252ULL;
