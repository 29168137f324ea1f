/* Renders payloads from a template and finds the numbers in them again at the subscriber. */
#include "base.h"
#include "options.h"
#include "payload.h"

enum { SG_LIT, SG_SEQ, SG_TS, SG_PUB, SG_MS };
static struct seg { u8 kind; const char *p; u32 n; } *segments;
static u32 segment_count, rendered_max;
u8 *rendered;
static bool tmpl_has_pub;
static char *template_text;

static char *derive_mark(const char *start, const char *at)
{
	const char *p = at;
	while (p > start && (isspace((u8)p[-1]) || p[-1] == '"'))
		p--;
	if (p > start && p[-1] == ':') {
		p--;
		while (p > start && isspace((u8)p[-1]))
			p--;
		if (p > start && p[-1] == '"') {
			const char *e = p, *q = p - 1;
			while (q > start && q[-1] != '"')
				q--;
			if (q > start) {
				q--;
				return strndup(q, (size_t)(e - q));
			}
		}
	}
	p = at - start > 16 ? at - 16 : start;
	const char *pc = memrchr(p, '%', (size_t)(at - p));
	if (pc)
		p = pc + 1;
	if (p == at)
		die("cannot derive a marker from the payload template; give --mark-seq/--mark-ts/--mark-pub");
	return strndup(p, (size_t)(at - p));
}

static char *owned_marks[3];

void load_template(const char *file)
{
	FILE *f = fopen(file, "r");
	if (!f)
		die("%s: %s", file, strerror(errno));
	size_t cap = 1 << 20, n;
	template_text = checked_calloc(1, cap + 1);
	n = fread(template_text, 1, cap, f);
	if (!feof(f) && n == cap)
		die("%s: over 1 MiB", file);
	fclose(f);
	while (n && (template_text[n - 1] == '\n' || template_text[n - 1] == '\r'))
		template_text[--n] = 0;
	static const struct { const char *w; u8 k; } words[] = {{"%SEQ%", SG_SEQ}, {"%TS%", SG_TS}, {"%PUB%", SG_PUB}, {"%EPOCHMS%", SG_MS}};
	const char *p = template_text, *lit = p;
	bool has_seq = false, has_ts = false;
	segments = checked_calloc(n + 2, sizeof *segments);
	while (*p) {
		u32 k;
		for (k = 0; k < 4; k++)
			if (!strncmp(p, words[k].w, strlen(words[k].w)))
				break;
		if (k == 4) {
			p++;
			continue;
		}
		if (p > lit)
			segments[segment_count++] = (struct seg){SG_LIT, lit, (u32)(p - lit)};
		segments[segment_count++] = (struct seg){words[k].k, NULL, 20};
		if (words[k].k == SG_SEQ) {
			has_seq = true;
			if (!options.mark_seq)
				options.mark_seq = owned_marks[0] = derive_mark(template_text, p);
		} else if (words[k].k == SG_TS) {
			has_ts = true;
			if (!options.mark_ts)
				options.mark_ts = owned_marks[1] = derive_mark(template_text, p);
		} else if (words[k].k == SG_PUB) {
			tmpl_has_pub = true;
			if (!options.mark_pub)
				options.mark_pub = owned_marks[2] = derive_mark(template_text, p);
		}
		p += strlen(words[k].w);
		lit = p;
	}
	if (p > lit)
		segments[segment_count++] = (struct seg){SG_LIT, lit, (u32)(p - lit)};
	if (!has_seq || !has_ts)
		die("%s: the template needs %%SEQ%% and %%TS%%", file);
	for (u32 i = 0; i < segment_count; i++)
		rendered_max += segments[i].n;
	rendered = checked_calloc(1, rendered_max + 64);
}

static inline u8 *put_u64(u8 *q, u64 v)
{
	u8 t[20];
	int n = 0;
	do {
		t[n++] = (u8)('0' + v % 10);
		v /= 10;
	} while (v);
	while (n)
		*q++ = t[--n];
	return q;
}

u32 render(u32 pub, u32 seq, u64 ts)
{
	u8 *q = rendered;
	for (u32 i = 0; i < segment_count; i++)
		switch (segments[i].kind) {
		case SG_LIT: memcpy(q, segments[i].p, segments[i].n); q += segments[i].n; break;
		case SG_SEQ: q = put_u64(q, seq); break;
		case SG_TS: q = put_u64(q, ts); break;
		case SG_PUB: q = put_u64(q, pub); break;
		default: {
			struct timespec t;
			clock_gettime(CLOCK_REALTIME_COARSE, &t);
			q = put_u64(q, (u64)t.tv_sec * 1000 + (u64)t.tv_nsec / 1000000);
		}
		}
	return (u32)(q - rendered);
}

bool find_num(const u8 *p, u32 n, const char *mark, u64 *v)
{
	size_t ml = strlen(mark);
	const u8 *q = memmem(p, n, mark, ml), *e = p + n;
	if (!q)
		return false;
	q += ml;
	while (q < e && (isspace(*q) || *q == ':' || *q == '"' || *q == '='))
		q++;
	if (q >= e || !isdigit(*q))
		return false;
	u64 x = 0;
	while (q < e && isdigit(*q))
		x = x * 10 + (u64)(*q++ - '0');
	*v = x;
	return true;
}

void free_template(void)
{
	for (int i = 0; i < 3; i++)
		free(owned_marks[i]);
	free(segments);
	free(rendered);
	free(template_text);
}
