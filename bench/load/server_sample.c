/* Samples processor time and memory of the servers under test, of this tool and of the machine, from /proc. */
#include <dirent.h>
#include "base.h"
#include "run.h"
#include "server_sample.h"

struct server *servers;
u32 server_count;
struct snapshot snapshots[S_N];

void add_server(int pid)
{
	for (u32 i = 0; i < server_count; i++)
		if (servers[i].pid == pid)
			return;
	servers = checked_realloc(servers, (server_count + 1) * sizeof *servers);
	memset(&servers[server_count], 0, sizeof *servers);
	servers[server_count++].pid = pid;
}

void add_server_tree(int pid)
{
	add_server(pid);
	char path[64];
	snprintf(path, sizeof path, "/proc/%d/task", pid);
	DIR *d = opendir(path);
	if (!d)
		return;
	struct dirent *e;
	while ((e = readdir(d))) {
		if (!isdigit((u8)e->d_name[0]))
			continue;
		char p2[400];
		snprintf(p2, sizeof p2, "/proc/%d/task/%s/children", pid, e->d_name);
		FILE *f = fopen(p2, "r");
		if (!f)
			continue;
		int ch;
		while (fscanf(f, "%d", &ch) == 1)
			add_server_tree(ch);
		fclose(f);
	}
	closedir(d);
}

static void sample_one(struct server *s, int which)
{
	struct sample *m = &s->s[which];
	char path[64], buf[4096];
	snprintf(path, sizeof path, "/proc/%d/stat", s->pid);
	FILE *f = fopen(path, "r");
	if (!f)
		return;
	size_t n = fread(buf, 1, sizeof buf - 1, f);
	fclose(f);
	buf[n] = 0;
	char *p = strrchr(buf, ')');
	unsigned long ut = 0, st = 0;
	if (p && sscanf(p + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &ut, &st) == 2) {
		m->cpu = (double)(ut + st) / (double)sysconf(_SC_CLK_TCK);
		m->ok = true;
	}
	snprintf(path, sizeof path, "/proc/%d/status", s->pid);
	if ((f = fopen(path, "r"))) {
		while (fgets(buf, sizeof buf, f)) {
			sscanf(buf, "VmRSS: %ld", &m->rss_kb);
			sscanf(buf, "VmHWM: %ld", &m->hwm_kb);
			sscanf(buf, "Threads: %ld", &m->threads);
		}
		fclose(f);
	}
	if (m->rss_kb > s->rss_max_kb)
		s->rss_max_kb = m->rss_kb;
	/* ns-precise run time per thread; only usable if no thread came or went */
	snprintf(path, sizeof path, "/proc/%d/task", s->pid);
	DIR *d = opendir(path);
	if (!d)
		return;
	struct dirent *e;
	while ((e = readdir(d))) {
		if (!isdigit((u8)e->d_name[0]))
			continue;
		char p2[400];
		snprintf(p2, sizeof p2, "/proc/%d/task/%s/schedstat", s->pid, e->d_name);
		unsigned long long run = 0;
		if ((f = fopen(p2, "r"))) {
			if (fscanf(f, "%llu", &run) != 1)
				run = 0;
			fclose(f);
		}
		m->sched += run;
		m->tids = m->tids * 31 + (u64)atoi(e->d_name);
	}
	closedir(d);
}

/* what the whole machine did: shows how much others disturbed the run */
static void sample_machine(int which)
{
	unsigned long long v[8] = {0};
	FILE *f = fopen("/proc/stat", "r");
	if (!f)
		return;
	if (fscanf(f, "cpu %llu %llu %llu %llu %llu %llu %llu %llu", v, v + 1, v + 2, v + 3, v + 4, v + 5, v + 6, v + 7) == 8) {
		double hz = (double)sysconf(_SC_CLK_TCK);
		snapshots[which].busy = (double)(v[0] + v[1] + v[2] + v[5] + v[6]) / hz;
		snapshots[which].steal = (double)v[7] / hz;
	}
	fclose(f);
}

void take_sample(int which)
{
	snapshots[which].t = now_ns();
	sample_machine(which);
	getrusage(RUSAGE_SELF, &snapshots[which].ru);
	snapshots[which].published = counters.published;
	snapshots[which].acked = counters.acked;
	snapshots[which].delivered = counters.delivered;
	for (u32 i = 0; i < server_count; i++)
		sample_one(&servers[i], which);
}

void sample_rss(void)
{
	for (u32 i = 0; i < server_count; i++) {
		char path[64];
		long sz, rss;
		snprintf(path, sizeof path, "/proc/%d/statm", servers[i].pid);
		FILE *f = fopen(path, "r");
		if (!f)
			continue;
		if (fscanf(f, "%ld %ld", &sz, &rss) == 2) {
			rss *= sysconf(_SC_PAGESIZE) / 1024;
			if (rss > servers[i].rss_max_kb)
				servers[i].rss_max_kb = rss;
		}
		fclose(f);
	}
}

double server_cpu(int a, int b)
{
	double t = 0;
	for (u32 i = 0; i < server_count; i++) {
		struct sample *x = &servers[i].s[a], *y = &servers[i].s[b];
		if (x->sched && y->sched && x->tids == y->tids)
			t += (double)(y->sched - x->sched) / 1e9;
		else
			t += y->cpu - x->cpu;
	}
	return t;
}

long server_rss(int a)
{
	long t = 0;
	for (u32 i = 0; i < server_count; i++)
		t += servers[i].s[a].rss_kb;
	return t;
}

double self_cpu(int a, int b)
{
	struct rusage *x = &snapshots[a].ru, *y = &snapshots[b].ru;
	return (double)(y->ru_utime.tv_sec - x->ru_utime.tv_sec + y->ru_stime.tv_sec - x->ru_stime.tv_sec) +
	       (double)(y->ru_utime.tv_usec - x->ru_utime.tv_usec + y->ru_stime.tv_usec - x->ru_stime.tv_usec) / 1e6;
}

/* From here on the kernel's VmHWM counts anew. */
void reset_high_water_marks(void)
{
	for (u32 i = 0; i < server_count; i++) {
		char path[64];
		snprintf(path, sizeof path, "/proc/%d/clear_refs", servers[i].pid);
		FILE *f = fopen(path, "w");
		if (!f)
			continue;
		fputs("5\n", f);
		fclose(f);
	}
}
