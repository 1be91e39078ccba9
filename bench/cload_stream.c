// One connection's bytes: every one is accounted for.
//
// The bytes sent are a window of one fixed random sequence, begun elsewhere for each connection, so that --verify sees
// bytes that are changed, moved or sent to another connection. A reply more, a reply less, an early end, or 5 s of
// silence while something is owed end the program.
//
// A connection ends in order: when nothing will be issued any more and nothing is owed, it is half-closed, and the
// server must close it.

#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cload.h"

enum {
	SEQUENCE = 65521,       // a prime: no common message size divides it, so offsets move through all of it
	BUFFER_SIZE = 64 << 10, // the largest single send and receive
};

static unsigned char sequence[SEQUENCE + BUFFER_SIZE]; // periodic, so that any window is contiguous
static unsigned char buffer[BUFFER_SIZE];

void fill_sequence(void)
{
	uint32_t x = 2463534242u; // Marsaglia's xorshift and his seed

	for (size_t i = 0; i < sizeof sequence; i++) {
		x ^= x << 13;
		x ^= x >> 17;
		x ^= x << 5;
		sequence[i] = i < SEQUENCE ? (unsigned char)(x >> 8) : sequence[i - SEQUENCE];
	}
}

void place(struct connection *c, uint64_t number)
{
	c->start = (size_t)(number * 7919 % SEQUENCE);
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

void advance(struct connection *c, uint64_t now)
{
	bool more = load->issue(c, now);

	send_owed(c);
	if (more || c->done < c->issued || c->half_closed)
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
	watch_server(now);
	for (; (c->done + 1) * (uint64_t)options.size <= c->received; c->done++)
		load->replied(c->due[c->done % (uint64_t)options.depth], now);
	advance(c, now);
}

static void finish(struct connection *c)
{
	if (!c->half_closed)
		fail("the server closed a connection early: %llu of %llu bytes came back",
		     (unsigned long long)c->received, (unsigned long long)c->sent);
	close(c->fd);
	load->ended(c);
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

void serve(const struct epoll_event *event)
{
	struct connection *c = event->data.ptr;

	if (!c->connected) {
		if (event->events & (EPOLLERR | EPOLLHUP))
			dial_check(c);
		c->connected = true;
	}
	if (event->events & EPOLLOUT)
		send_owed(c);
	if (event->events & ~(uint32_t)EPOLLOUT)
		receive(c, event->events);
}

void fail_silent(void)
{
	fail("silence for %d ms: %llu of %llu messages came back, %ld connections open", SILENCE_MS,
	     (unsigned long long)measured.done, (unsigned long long)measured.issued, busy);
}

// A connection that is not finished either waits for a reply or for the server's close: silence is an error.
void run_until_done(void)
{
	static struct epoll_event events[EVENT_BATCH];

	while (busy > 0) {
		int n = epoll_wait(epoll_fd, events, EVENT_BATCH, SILENCE_MS);

		if (n < 0 && errno != EINTR)
			fail("epoll_wait: %s", strerror(errno));
		if (n == 0)
			fail_silent();
		for (int i = 0; i < n; i++)
			serve(&events[i]);
	}
}
