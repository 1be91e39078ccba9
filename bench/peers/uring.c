// peer-uring: an echo server on io_uring.
//
// It uses what io_uring has for servers: one thread that alone submits, completions that run when it asks for them
// (DEFER_TASKRUN), one call into the kernel for a whole batch, a multishot accept, for each connection a multishot
// receive that takes buffers from a ring of provided ones, and a send straight from such a buffer, which then goes back.
//
// At most one send per connection is in flight, the other buffers wait behind it: that keeps the order. A client that
// does not read stops its own receive at HELD_MAX buffers. When the ring has run dry, more buffers are given to it;
// when all are given, receives wait until one comes back. A receive takes some 30 buffers more before it stops, so
// it needs hundreds of clients that do not read to hold up the others.
//
// Needs Linux 6.1. The counters are operations, not calls: only waits are calls.
//
// usage: peer-uring PORT
// SIGTERM or SIGINT: one line of JSON with its own counters on stderr, exit 0.

#define _GNU_SOURCE
#include <errno.h>
#include <liburing.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "uring_buffers.h"
#include "uring_start.h"

enum {
	SUBMISSIONS = 4096,     // picked: what one turn submits at most without a call in between
	COMPLETIONS = 16384,    // picked: beyond them the kernel queues, more slowly
	HELD_MAX = 16,          // picked: buffers of one connection
};

// What a completion belongs to: the low bits of its user data. The other bits are a connection's address.
enum { RECEIVE, SEND, ACCEPT, STOP, UNCONCERNED, TAGS = 8 };

struct connection {
	int fd;
	uint16_t first, last; // buffers that are not yet sent, in order; the first one is being sent
	uint16_t held;        // how many they are
	bool armed;           // a receive is under way
	bool cancelled;       // and was told to stop
	bool starved;         // stands in the list of those that wait for a buffer
	bool ended;           // nothing more will be received, or nothing more can be sent
	bool sending;
	struct connection *next_starved;
};

static struct {
	uint64_t bytes, accepts, waits, recvs, sends;
} counters;

static struct io_uring ring;
static struct connection *starved; // a list

static struct io_uring_sqe *next_submission(void)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(&ring);

	if (sqe == NULL) {
		io_uring_submit(&ring);
		sqe = io_uring_get_sqe(&ring);
	}
	if (sqe == NULL)
		die("io_uring_submit", EBUSY);
	return sqe;
}

static void mark(struct io_uring_sqe *sqe, struct connection *c, unsigned tag)
{
	io_uring_sqe_set_data64(sqe, (uint64_t)(uintptr_t)c | tag);
}

static void arm(struct connection *c)
{
	struct io_uring_sqe *sqe = next_submission();

	io_uring_prep_recv_multishot(sqe, c->fd, NULL, 0, 0);
	sqe->flags |= IOSQE_BUFFER_SELECT;
	sqe->buf_group = BUFFER_GROUP;
	mark(sqe, c, RECEIVE);
	c->armed = true;
	c->cancelled = false;
}

static void cancel(struct connection *c)
{
	struct io_uring_sqe *sqe = next_submission();

	io_uring_prep_cancel64(sqe, (uint64_t)(uintptr_t)c | RECEIVE, 0);
	mark(sqe, NULL, UNCONCERNED);
	c->cancelled = true;
}

static void send_first(struct connection *c)
{
	uint16_t b = c->first;
	struct io_uring_sqe *sqe = next_submission();

	io_uring_prep_send(sqe, c->fd, address_of(b) + buffers[b].off, buffers[b].len,
			   MSG_NOSIGNAL | MSG_WAITALL);
	mark(sqe, c, SEND);
	c->sending = true;
}

static void release_first(struct connection *c)
{
	uint16_t b = c->first;

	c->first = buffers[b].next;
	c->held--;
	provide(b);
}

// Whatever follows from a connection's state: a receive begins or is told to stop, the connection is closed and its
// memory freed. It is freed only when no operation and no list knows it. The close is submitted after all that went
// before on that descriptor.
static void settle(struct connection *c)
{
	bool stopped = c->ended || c->held >= HELD_MAX;

	if (c->armed && stopped && !c->cancelled)
		cancel(c);
	if (!c->armed && !c->starved && !c->ended && c->held <= HELD_MAX / 2)
		arm(c);
	if (c->armed || c->starved || !c->ended || c->held > 0)
		return;

	struct io_uring_sqe *sqe = next_submission();

	io_uring_prep_close(sqe, c->fd);
	mark(sqe, NULL, UNCONCERNED);
	free(c);
}

static void feed_starved(void)
{
	while (starved != NULL && available > 0) {
		struct connection *c = starved;

		starved = c->next_starved;
		c->starved = false;
		settle(c);
	}
}

static void received(struct connection *c, int result, unsigned flags)
{
	counters.recvs++;
	c->armed = (flags & IORING_CQE_F_MORE) != 0;
	if (flags & IORING_CQE_F_BUFFER) {
		uint16_t b = (uint16_t)(flags >> IORING_CQE_BUFFER_SHIFT);

		available--;
		buffers[b].off = 0;
		buffers[b].len = (uint32_t)result;
		if (c->held++ == 0)
			c->first = b;
		else
			buffers[c->last].next = b;
		c->last = b;
	}
	if (result == -ENOBUFS) {
		if (!provide_more(counters.waits)) {
			c->starved = true;
			c->next_starved = starved;
			starved = c;
		}
	} else if (result <= 0 && result != -ECANCELED) {
		c->ended = true; // a client that is gone shows at the send
	}
	if (c->held > 0 && !c->sending)
		send_first(c);
	settle(c);
}

static void sent(struct connection *c, int result)
{
	counters.sends++;
	c->sending = false;
	if (result < 0) {
		c->ended = true;
		while (c->held > 0)
			release_first(c);
	} else {
		uint16_t b = c->first;

		counters.bytes += (uint64_t)result;
		buffers[b].off += (uint32_t)result;
		buffers[b].len -= (uint32_t)result;
		if (buffers[b].len == 0)
			release_first(c);
	}
	if (c->held > 0)
		send_first(c);
	settle(c);
}

static void accept_from(int listener)
{
	struct io_uring_sqe *sqe = next_submission();

	io_uring_prep_multishot_accept(sqe, listener, NULL, NULL, SOCK_CLOEXEC);
	mark(sqe, NULL, ACCEPT);
}

static void accepted(int listener, int result, unsigned flags)
{
	if (result >= 0) {
		struct connection *c = calloc(1, sizeof *c);

		if (c == NULL)
			die("calloc", ENOMEM);
		counters.accepts++;
		c->fd = result;
		arm(c);
	} else if (result != -ECONNABORTED) {
		die("accept", -result);
	}
	if (!(flags & IORING_CQE_F_MORE))
		accept_from(listener);
}

static void set_up_ring(void)
{
	struct io_uring_params params = {
		.flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_CQSIZE,
		.cq_entries = COMPLETIONS,
	};
	int error = io_uring_queue_init_params(SUBMISSIONS, &ring, &params);

	if (error < 0)
		die("io_uring_setup (Linux 6.1 or later is needed)", -error);
	error = set_up_buffers(&ring);
	if (error < 0)
		die("io_uring_register_buf_ring", -error);
}

static void print_counters(void)
{
	fprintf(stderr, "{\"bytes\":%llu,\"accepts\":%llu,\"waits\":%llu,\"recvs\":%llu,\"sends\":%llu}\n",
		(unsigned long long)counters.bytes, (unsigned long long)counters.accepts,
		(unsigned long long)counters.waits, (unsigned long long)counters.recvs,
		(unsigned long long)counters.sends);
}

static void complete(const struct io_uring_cqe *cqe, int listener)
{
	uint64_t data = io_uring_cqe_get_data64(cqe);
	struct connection *c = (struct connection *)(uintptr_t)(data & ~(uint64_t)(TAGS - 1));

	switch (data & (TAGS - 1)) {
	case RECEIVE: received(c, cqe->res, cqe->flags); break;
	case SEND: sent(c, cqe->res); break;
	case ACCEPT: accepted(listener, cqe->res, cqe->flags); break;
	case STOP: print_counters(); exit(0);
	case UNCONCERNED: break;
	}
}

int main(int argc, char **argv)
{
	char *end = NULL;
	long port = argc == 2 ? strtol(argv[1], &end, 10) : -1;

	if (end == NULL || end == argv[1] || *end != '\0' || port < 0 || port > 65535) {
		fprintf(stderr, "usage: peer-uring PORT\n");
		return 2;
	}
	raise_descriptor_limit();

	int signals = stop_signals();

	set_up_ring();

	int listener = listen_on((uint16_t)port);
	struct io_uring_sqe *sqe = next_submission();

	io_uring_prep_poll_add(sqe, signals, POLLIN);
	mark(sqe, NULL, STOP);
	accept_from(listener);
	for (;;) {
		int n = io_uring_submit_and_wait(&ring, 1);
		struct io_uring_cqe *cqe;
		unsigned head, count = 0;

		counters.waits++;
		if (n < 0 && n != -EINTR && n != -EBUSY)
			die("io_uring_enter", -n);
		io_uring_for_each_cqe(&ring, head, cqe) {
			complete(cqe, listener);
			count++;
		}
		io_uring_cq_advance(&ring, count);
		feed_starved();
	}
}
