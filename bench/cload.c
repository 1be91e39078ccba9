// cload: a load generator for echo servers, one thread, one epoll.
//
// Closed loop: each of c connections keeps d messages of s bytes in flight and sends the next one when a reply is
// complete. A message's latency runs from the moment it is due (its predecessor's reply was read) to the moment its
// own last byte was read, so time spent queued in this program counts too.
//
// Every byte is accounted for: a reply more, a reply less, an early end or 5 s of silence while something is owed
// end the run with exit 1. The bytes sent are a window of one fixed random sequence, begun elsewhere for each
// connection, so that --verify sees bytes that are changed, moved or sent to another connection.
//
// The run ends in order: sending stops, what is owed is read, each connection is half-closed and must end by itself.
// Results are one line of JSON on stdout.

#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "cload.h"
#include "histogram.h"

enum {
	SEQUENCE = 65521,       // a prime: no common message size divides it, so offsets move through all of it
	BUFFER_SIZE = 64 << 10, // the largest single send and receive
	EVENT_BATCH = 1024,     // picked: one wait takes all that is ready at 1000 connections
};

struct connection {
	int fd;
	bool half_closed;
	uint64_t issued, done;   // messages
	uint64_t sent, received; // bytes
	uint64_t *due;           // when each message in flight was due, a ring of depth entries
	size_t start;            // where in the sequence the first byte stands
};

static struct connection *connections;
static int epoll_fd;
static long busy; // connections that have not finished

// The measured time is [warm, end), in nanoseconds of the monotonic clock. issued and done count the messages of all
// connections, echoes those measured.
static uint64_t warm, end, last_echo;
static uint64_t issued, done, echoes;
static struct histogram latencies;

static unsigned char sequence[SEQUENCE + BUFFER_SIZE]; // periodic, so that any window is contiguous
static unsigned char buffer[BUFFER_SIZE];

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void fill_sequence(void)
{
	uint32_t x = 2463534242u; // Marsaglia's xorshift and his seed

	for (size_t i = 0; i < sizeof sequence; i++) {
		x ^= x << 13;
		x ^= x >> 17;
		x ^= x << 5;
		sequence[i] = i < SEQUENCE ? (unsigned char)(x >> 8) : sequence[i - SEQUENCE];
	}
}

static const unsigned char *window(const struct connection *c, uint64_t offset)
{
	return sequence + (c->start + offset) % SEQUENCE;
}

static void send_owed(struct connection *c)
{
	uint64_t target = c->issued * (uint64_t)options.size;

	while (c->sent < target) {
		uint64_t len = target - c->sent;
		ssize_t n = send(c->fd, window(c, c->sent), len < BUFFER_SIZE ? len : BUFFER_SIZE, MSG_NOSIGNAL);

		if (n >= 0)
			c->sent += (uint64_t)n;
		else if (errno == EAGAIN)
			return;
		else if (errno != EINTR)
			fail("send: %s", strerror(errno));
	}
}

// Fills the window of messages in flight, or finishes the connection if there is nothing left to say.
static void advance(struct connection *c, uint64_t now)
{
	while (c->issued - c->done < (uint64_t)options.depth && now < end &&
	       (options.messages < 0 || issued < (uint64_t)options.messages)) {
		c->due[c->issued % (uint64_t)options.depth] = now;
		c->issued++;
		issued++;
	}
	send_owed(c);
	if (c->done < c->issued || c->half_closed)
		return;
	if (options.idle) {
		busy--;
		return;
	}
	c->half_closed = true;
	if (shutdown(c->fd, SHUT_WR) < 0)
		fail("shutdown: %s", strerror(errno));
}

static void take(struct connection *c, size_t len)
{
	uint64_t now = now_ns();

	if (c->received + len > c->sent)
		fail("%llu bytes came back, only %llu were sent", (unsigned long long)(c->received + len),
		     (unsigned long long)c->sent);
	if (options.verify && memcmp(buffer, window(c, c->received), len) != 0)
		fail("other bytes came back than were sent, at offset %llu or after", (unsigned long long)c->received);
	c->received += len;
	for (; (c->done + 1) * (uint64_t)options.size <= c->received; c->done++) {
		done++;
		if (now < warm || now >= end)
			continue;
		histogram_record(&latencies, now - c->due[c->done % (uint64_t)options.depth]);
		echoes++;
		last_echo = now;
	}
	advance(c, now);
}

static void finish(struct connection *c)
{
	if (!c->half_closed)
		fail("the server closed a connection early: %llu of %llu bytes came back",
		     (unsigned long long)c->received, (unsigned long long)c->sent);
	close(c->fd);
	busy--;
}

// The same rule as in cloop: a short read has drained the socket, unless the end is part of the same event.
static void receive(struct connection *c, uint32_t events)
{
	for (;;) {
		ssize_t n = recv(c->fd, buffer, sizeof buffer, 0);

		if (n > 0) {
			take(c, (size_t)n);
			if ((size_t)n < sizeof buffer && !(events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)))
				return;
		} else if (n == 0) {
			finish(c);
			return;
		} else if (errno == EAGAIN) {
			return;
		} else if (errno != EINTR) {
			fail("receive: %s", strerror(errno));
		}
	}
}

// A connection that is not finished either waits for a reply or for the server's close: silence is an error.
static void run(void)
{
	static struct epoll_event events[EVENT_BATCH];

	while (busy > 0) {
		int n = epoll_wait(epoll_fd, events, EVENT_BATCH, SILENCE_MS);

		if (n < 0 && errno != EINTR)
			fail("epoll_wait: %s", strerror(errno));
		if (n == 0)
			fail("silence for %d ms: %llu of %llu messages came back, %ld connections open", SILENCE_MS,
			     (unsigned long long)done, (unsigned long long)issued, busy);
		for (int i = 0; i < n; i++) {
			struct connection *c = events[i].data.ptr;

			if (events[i].events & EPOLLOUT)
				send_owed(c);
			if (events[i].events & ~(uint32_t)EPOLLOUT)
				receive(c, events[i].events);
		}
	}
}

// Holds the connections until a signal or the end of stdin. A connection that stirs is an error.
static void hold(int signals)
{
	struct pollfd fds[] = {
		{.fd = STDIN_FILENO, .events = POLLIN},
		{.fd = signals, .events = POLLIN},
		{.fd = epoll_fd, .events = POLLIN},
	};
	struct epoll_event event;

	printf("ready\n");
	fflush(stdout);
	for (;;) {
		if (poll(fds, 3, -1) < 0 && errno != EINTR)
			fail("poll: %s", strerror(errno));
		if (fds[1].revents != 0)
			return;
		if (fds[0].revents != 0 && read(STDIN_FILENO, buffer, sizeof buffer) <= 0)
			return;
		while (epoll_wait(epoll_fd, &event, 1, 0) > 0)
			if (event.events != EPOLLOUT)
				fail("the server ended or wrote to an idle connection");
	}
}

static void dial_all(void)
{
	struct sockaddr_storage to;
	socklen_t len = resolve(options.address, &to);

	connections = calloc((size_t)options.connections, sizeof *connections);
	if (connections == NULL)
		fail("out of memory");
	for (long i = 0; i < options.connections; i++) {
		struct connection *c = &connections[i];
		struct epoll_event ev = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.ptr = c};

		c->due = calloc((size_t)options.depth, sizeof *c->due);
		if (c->due == NULL)
			fail("out of memory");
		c->start = (size_t)i * 7919 % SEQUENCE;
		c->fd = dial(&to, len);
		if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, c->fd, &ev) < 0)
			fail("epoll_ctl: %s", strerror(errno));
	}
	busy = options.connections;
}

static void print_results(void)
{
	// A run that -n ended is as long as its last echo was late.
	uint64_t until = last_echo < end && issued == (uint64_t)options.messages ? last_echo : end;
	double seconds = until > warm ? (double)(until - warm) / 1e9 : 0;
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	printf("{\"connections\":%ld,\"size\":%ld,\"depth\":%ld,\"seconds\":%.6f,\"echoes\":%llu,\"total_echoes\":%llu,"
	       "\"echoes_per_second\":%.1f,\"p50_us\":%.3f,\"p99_us\":%.3f,\"p99_9_us\":%.3f,\"max_us\":%.3f,"
	       "\"cpu_seconds\":%.6f}\n",
	       options.connections, options.size, options.depth, seconds, (unsigned long long)echoes,
	       (unsigned long long)done, seconds > 0 ? (double)echoes / seconds : 0,
	       (double)histogram_quantile(&latencies, 500) / 1e3, (double)histogram_quantile(&latencies, 990) / 1e3,
	       (double)histogram_quantile(&latencies, 999) / 1e3, (double)latencies.max / 1e3,
	       (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
		       (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6);
}

int main(int argc, char **argv)
{
	struct rlimit limit;
	sigset_t stop;
	int signals = -1;

	parse_options(argc, argv);
	fill_sequence();
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
	epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (epoll_fd < 0)
		fail("epoll_create1: %s", strerror(errno));
	if (options.idle) {
		sigemptyset(&stop);
		sigaddset(&stop, SIGTERM);
		sigaddset(&stop, SIGINT);
		sigprocmask(SIG_BLOCK, &stop, NULL);
		signals = signalfd(-1, &stop, SFD_CLOEXEC);
		if (signals < 0)
			fail("signalfd: %s", strerror(errno));
	}
	dial_all();

	uint64_t begun = now_ns();

	warm = begun + (uint64_t)(options.warmup * 1e9);
	end = warm + (uint64_t)(options.seconds * 1e9);
	for (long i = 0; i < options.connections; i++)
		advance(&connections[i], begun);
	run();
	if (options.idle)
		hold(signals);
	else
		print_results();
	return 0;
}
