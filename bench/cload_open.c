// The open loop: message j of all is due at j / rate, whatever the server does, and belongs to connection j mod c. When
// the connection has d messages in flight already, the message waits until one has come back; its latency counts from
// the time at which it was due. So a server that stalls for a second shows that second to all messages that were due
// in it, as it would to clients that know nothing of one another.
//
// Measured are the messages that are due in the measured time, however late their replies are.

#define _GNU_SOURCE
#include <errno.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>

#include "cload.h"

enum {
	// A sleep ends late, measured: by 25 to 50 us on a virtual machine with an idle core. So the last part of
	// a wait is spent asking, which takes the whole core from 20 000 messages per second on.
	SPIN_NS = 50000,
};

static uint64_t next; // the first message that is not yet ripe
static bool over;     // no message will become ripe any more

static uint64_t due_at(uint64_t message)
{
	return measured.begun + (uint64_t)((double)message * 1e9 / options.rate);
}

static bool issue(struct connection *c, uint64_t now)
{
	uint64_t index = (uint64_t)(c - connections);

	while (c->issued < c->ripe && c->issued - c->done < (uint64_t)options.depth)
		issue_one(c, due_at(c->issued * (uint64_t)options.connections + index), now);
	return c->issued < c->ripe || !over;
}

static void replied(uint64_t due, uint64_t now)
{
	record(due, now, due);
}

static void ended(struct connection *c)
{
	(void)c;
	busy--;
}

static bool scheduled(uint64_t message)
{
	return due_at(message) < measured.end && (options.messages < 0 || message < (uint64_t)options.messages);
}

// Sends whatever has become due. Returns the time at which it looked.
static uint64_t catch_up(void)
{
	uint64_t now = now_ns();

	if (over)
		return now;
	for (; scheduled(next) && due_at(next) <= now; next++) {
		struct connection *c = &connections[next % (uint64_t)options.connections];

		c->ripe++;
		advance(c, now);
	}
	if (!scheduled(next)) {
		over = true;
		for (long i = 0; i < options.connections; i++)
			advance(&connections[i], now);
	}
	return now;
}

// Waits for events until that time. What is due comes before what has come back: one reply at a time.
static bool serve_until(uint64_t now, uint64_t until)
{
	static struct epoll_event events[EVENT_BATCH];
	uint64_t wait = until > now + SPIN_NS ? until - now - SPIN_NS : 0;
	struct timespec limit = {.tv_sec = (time_t)(wait / 1000000000u), .tv_nsec = (long)(wait % 1000000000u)};
	int n = epoll_pwait2(epoll_fd, events, EVENT_BATCH, &limit, NULL);

	if (n < 0 && errno != EINTR)
		fail("epoll_pwait2: %s", strerror(errno));
	for (int i = 0; i < n; i++) {
		serve(&events[i]);
		catch_up();
	}
	return n > 0;
}

void run_open(void)
{
	static const struct load open_loop = {issue, replied, ended};
	const uint64_t silence = (uint64_t)SILENCE_MS * 1000000;

	prctl(PR_SET_TIMERSLACK, 1);
	load = &open_loop;
	dial_all();
	begin_measuring();

	uint64_t heard = measured.begun;

	while (busy > 0) {
		if (!over && measured.issued == measured.done)
			heard = now_ns(); // nothing is owed

		uint64_t now = catch_up();

		if (now - heard >= silence)
			fail_silent();
		if (serve_until(now, over ? heard + silence : due_at(next)))
			heard = now;
	}
}
