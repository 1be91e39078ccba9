// cload: a load generator for echo servers, one thread, one epoll. Three kinds of load: a closed loop
// (cload_closed.c), messages at fixed times (cload_open.c), and connections that come and go (cload_storm.c).
//
// Every byte is accounted for (cload_stream.c); whatever is wrong ends the run with exit 1. Results are one line of
// JSON on stdout.

#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "cload.h"

struct measurement measured;
const struct load *load;
struct connection *connections;
int epoll_fd;
long busy;

uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

void begin_measuring(void)
{
	measured.begun = now_ns();
	measured.warm = measured.begun + (uint64_t)(options.warmup * 1e9);
	measured.end = measured.warm + (uint64_t)(options.seconds * 1e9);
}

static bool in_measured_time(uint64_t at)
{
	return at >= measured.warm && at < measured.end;
}

bool more_to_issue(uint64_t now)
{
	return now < measured.end && (options.messages < 0 || measured.issued < (uint64_t)options.messages);
}

void issue_one(struct connection *c, uint64_t due, uint64_t now)
{
	c->due[c->issued % (uint64_t)options.depth] = due;
	c->issued++;
	measured.issued++;
	measured.sends += in_measured_time(now);
}

void record(uint64_t due, uint64_t now, uint64_t at)
{
	measured.done++;
	if (in_measured_time(at))
		histogram_record(&measured.latencies, now - due);
	if (in_measured_time(now)) {
		measured.echoes++;
		measured.last_echo = now;
	}
}

static void make_connections(void)
{
	connections = calloc((size_t)options.connections, sizeof *connections);
	if (connections == NULL)
		fail("out of memory");
	for (long i = 0; i < options.connections; i++) {
		connections[i].due = calloc((size_t)options.depth, sizeof *connections[i].due);
		if (connections[i].due == NULL)
			fail("out of memory");
	}
}

static double microseconds(unsigned permille)
{
	return (double)histogram_quantile(&measured.latencies, permille) / 1e3;
}

static void print_results(void)
{
	// A run that -n ended is as long as its last echo was late.
	bool by_count = measured.issued == (uint64_t)options.messages;
	uint64_t until = by_count && measured.last_echo < measured.end ? measured.last_echo : measured.end;
	double seconds = until > measured.warm ? (double)(until - measured.warm) / 1e9 : 0;
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	printf("{\"connections\":%ld,\"size\":%ld,\"depth\":%ld,\"seconds\":%.6f,\"echoes\":%llu,\"total_echoes\":%llu,"
	       "\"echoes_per_second\":%.1f",
	       options.connections, options.size, options.depth, seconds, (unsigned long long)measured.echoes,
	       (unsigned long long)measured.done, seconds > 0 ? (double)measured.echoes / seconds : 0);
	if (options.rate > 0)
		printf(",\"rate\":%.1f,\"sent_rate\":%.1f", options.rate,
		       seconds > 0 ? (double)measured.sends / seconds : 0);
	if (options.storm)
		printf(",\"connections_done\":%llu", (unsigned long long)measured.done);
	print_server();
	printf(",\"p50_us\":%.3f,\"p90_us\":%.3f,\"p99_us\":%.3f,\"p99_9_us\":%.3f,\"max_us\":%.3f,"
	       "\"cpu_seconds\":%.6f}\n",
	       microseconds(500), microseconds(900), microseconds(990), microseconds(999),
	       (double)measured.latencies.max / 1e3,
	       (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
		       (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6);
}

int main(int argc, char **argv)
{
	struct rlimit limit;

	parse_options(argc, argv);
	fill_sequence();
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
	epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (epoll_fd < 0)
		fail("epoll_create1: %s", strerror(errno));
	resolve_address();
	make_connections();
	if (options.storm)
		run_storm();
	else if (options.rate > 0)
		run_open();
	else
		run_closed();
	if (!options.idle)
		print_results();
	return 0;
}
