// The storm: each of c slots connects, sends one message, reads it back, half-closes, reads the end, closes, and begins
// again. The latency is that of a whole cycle, from before the socket is made to the end that was read.
//
// A closed port stays taken for a while (TIME_WAIT), so on loopback each cycle binds to another source address.

#define _GNU_SOURCE
#include "cload.h"

static uint64_t cycles; // begun

static void begin_cycle(struct connection *c, uint64_t now)
{
	c->connected = c->half_closed = false;
	c->issued = c->done = c->sent = c->received = 0;
	place(c, cycles);
	c->fd = dial_begin(cycles);
	cycles++;
	issue_one(c, now, now);
	watch(c); // the first event says that it is connected; then the message is sent
}

static bool issue(struct connection *c, uint64_t now)
{
	(void)c, (void)now;
	return false;
}

static void replied(uint64_t due, uint64_t now)
{
	(void)due, (void)now;
}

static void ended(struct connection *c)
{
	uint64_t now = now_ns();

	record(c->due[0], now, now);
	if (more_to_issue(now))
		begin_cycle(c, now);
	else
		busy--;
}

void run_storm(void)
{
	static const struct load storm = {issue, replied, ended};

	load = &storm;
	begin_measuring();
	for (long i = 0; i < options.connections && more_to_issue(measured.begun); i++, busy++)
		begin_cycle(&connections[i], now_ns());
	run_until_done();
}
