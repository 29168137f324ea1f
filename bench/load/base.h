/* What every file of the load generator needs: short integer types, checked memory, the clock, random numbers. */
#pragma once
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;

#define NS 1000000000ULL
#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

/* Prints why and exits with 1. */
void die(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));
void *checked_realloc(void *p, size_t n);
void *checked_calloc(size_t n, size_t m);
char *checked_strdup(const char *s);

static inline u64 now_ns(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (u64)ts.tv_sec * NS + (u64)ts.tv_nsec;
}

/* xorshift64: quick, and good enough for mask keys and run ids. */
extern u64 rng_state;
static inline u64 rng(void)
{
	rng_state ^= rng_state << 13;
	rng_state ^= rng_state >> 7;
	rng_state ^= rng_state << 17;
	return rng_state;
}

static inline void put16(u8 *p, u32 v) { p[0] = (u8)(v >> 8); p[1] = (u8)v; }
static inline u32 get16(const u8 *p) { return (u32)p[0] << 8 | p[1]; }
