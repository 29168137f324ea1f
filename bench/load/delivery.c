/* Follows each publisher’s sequence at each subscriber: counts losses, duplicates, reordering, misrouting, corruption. */
#include "base.h"
#include "connection.h"
#include "delivery.h"
#include "options.h"
#include "payload.h"
#include "run.h"

/* sequence state of one publisher as seen by one subscriber */
struct track { u32 next, bm; };
#define MISS_W 4096
struct miss { u64 w[MISS_W / 64]; };
static struct track *tracks;
static struct miss *missing_sets;
static u32 missing_count, missing_capacity;

static void track_late(struct track *t, u32 seq)
{
	if (!t->bm) {
		counters.dup++;
		return;
	}
	if (t->next - seq > MISS_W || t->bm == UINT32_MAX) {
		counters.late_old++;
		return;
	}
	u64 *w = &missing_sets[t->bm].w[seq % MISS_W / 64], bit = 1ULL << (seq % 64);
	if (*w & bit) {
		*w &= ~bit;
		counters.ooo++;
		counters.lost_gap--;
		counters.uniq++;
	} else {
		counters.dup++;
	}
}

static void track_gap(struct track *t, u32 seq)
{
	u32 gap = seq - t->next;
	counters.gaps++;
	counters.lost_gap += gap;
	counters.uniq++;
	if (!t->bm) {
		if (!missing_count)
			missing_count = 1; /* 0 means none */
		if (missing_count >= 200000) { /* 100 MB: give up telling late from duplicate */
			t->bm = UINT32_MAX;
		} else {
			if (missing_count >= missing_capacity) {
				missing_capacity = missing_capacity ? missing_capacity * 2 : 64;
				missing_sets = checked_realloc(missing_sets, missing_capacity * sizeof *missing_sets);
			}
			memset(&missing_sets[missing_count], 0, sizeof *missing_sets);
			t->bm = missing_count++;
		}
	}
	if (t->bm != UINT32_MAX) {
		struct miss *m = &missing_sets[t->bm];
		u32 from = gap >= MISS_W ? seq - MISS_W + 1 : t->next;
		for (u32 s = from; s != seq; s++)
			m->w[s % MISS_W / 64] |= 1ULL << (s % 64);
		m->w[seq % MISS_W / 64] &= ~(1ULL << (seq % 64));
	}
	t->next = seq + 1;
}

static inline void track(struct track *t, u32 seq)
{
	if (likely(seq == t->next)) {
		t->next++;
		counters.uniq++;
		if (unlikely(t->bm) && t->bm != UINT32_MAX)
			missing_sets[t->bm].w[seq % MISS_W / 64] &= ~(1ULL << (seq % 64));
	} else if (seq < t->next) {
		track_late(t, seq);
	} else {
		track_gap(t, seq);
	}
}

/* the publisher's index out of a topic made from the pattern prefix%dsuffix */
static bool pub_from_topic(const u8 *t, u32 n, u32 *id)
{
	const char *p = strstr(options.topic, "%d");
	if (!p)
		return false;
	u32 i = (u32)(p - options.topic);
	if (n <= i || !isdigit(t[i]))
		return false;
	u32 v = 0;
	while (i < n && isdigit(t[i]))
		v = v * 10 + (u32)(t[i++] - '0');
	*id = v - options.start_index;
	return true;
}

void account(struct conn *c, const u8 *topic, u32 tl, const u8 *p, u32 n, u64 t)
{
	u32 id, seq;
	u64 ts;
	counters.delivered++;
	counters.last_delivery = t;
	if (likely(!options.payload_file)) {
		if (unlikely(n != options.size)) {
			counters.corrupt++;
			return;
		}
		memcpy(&id, p, 4);
		memcpy(&seq, p + 4, 4);
		memcpy(&ts, p + 8, 8);
		if (unlikely(id >> 24 != run_tag)) {
			counters.foreign++;
			return;
		}
		id &= 0xffffff;
		if (unlikely(memcmp(p + 16, filler + 16, n - 16))) {
			counters.corrupt++;
			return;
		}
	} else {
		u64 a, b, d = 0;
		if (!find_num(p, n, options.mark_seq, &a) || !find_num(p, n, options.mark_ts, &b)) {
			counters.corrupt++;
			return;
		}
		seq = (u32)a;
		ts = b;
		if (options.mark_pub) {
			if (!find_num(p, n, options.mark_pub, &d)) {
				counters.corrupt++;
				return;
			}
			id = (u32)d;
		} else if (options.pubs == 1) {
			id = 0;
		} else if (options.scenario == SC_PAIR) {
			id = c->idx;
		} else if (!pub_from_topic(topic, tl, &id)) {
			counters.corrupt++;
			return;
		}
	}
	if (unlikely(id >= options.pubs || (options.scenario == SC_PAIR && id != c->idx))) {
		counters.misrouted++;
		return;
	}
	track(&tracks[options.scenario == SC_PAIR ? id : c->idx * options.pubs + id], seq);
	if (ts >= measure_start && ts < measure_end)
		hist_add(&h_lat, t > ts ? t - ts : 0);
}

void make_tracks(void)
{
	if (options.scenario == SC_CONNECT)
		return;
	u64 cells = options.scenario == SC_PAIR ? options.pubs : (u64)options.pubs * options.subs;
	if (cells > 64u << 20)
		die("publishers x subscribers over 64 Mi");
	tracks = checked_calloc(cells, sizeof *tracks);
}

void free_tracks(void)
{
	free(tracks);
	free(missing_sets);
}
