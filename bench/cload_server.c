// What the server uses while nothing but echoes goes on: its CPU clock and the number of its echoes, both read when
// the measured time begins and again when it ends.
//
// The server is ahead of what has been read here: replies wait in the sockets, at 10 000 connections a fifth of all in a
// short load, and not the same number at both ends. So they are counted where they are.

#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>

#include "cload.h"

struct reading {
	double cpu;  // seconds so far
	double sent; // messages that the server has sent so far
	bool taken;
};

static struct reading first, last;
static long late; // connections without a reply when the measured time began

static double cpu_seconds(void)
{
	clockid_t clock;
	struct timespec t;
	int error = clock_getcpuclockid(options.server, &clock);

	if (error == 0 && clock_gettime(clock, &t) < 0)
		error = errno;
	if (error != 0)
		fail("the CPU time of process %ld: %s", (long)options.server, strerror(error));
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

// The server goes on meanwhile, some milliseconds at 10 000 connections: the clock is read before and after.
static struct reading take_reading(void)
{
	double before = cpu_seconds();
	uint64_t bytes = 0;

	for (long i = 0; i < options.connections; i++) {
		int unread = 0;

		if (ioctl(connections[i].fd, FIONREAD, &unread) < 0)
			fail("FIONREAD: %s", strerror(errno));
		bytes += connections[i].received + (uint64_t)unread;
	}
	return (struct reading){
		.cpu = (before + cpu_seconds()) / 2,
		.sent = (double)bytes / (double)options.size,
		.taken = true,
	};
}

void watch_server(uint64_t now)
{
	if (options.server == 0 || now < measured.warm || last.taken)
		return;
	if (!first.taken) {
		first = take_reading();
		for (long i = 0; i < options.connections; i++)
			late += connections[i].received == 0;
	}
	if (now >= measured.end)
		last = take_reading();
}

void print_server(void)
{
	if (last.taken)
		printf(",\"server_cpu_seconds\":%.9f,\"server_echoes\":%.1f,\"late_connections\":%ld",
		       last.cpu - first.cpu, last.sent - first.sent, late);
}
