// The buffers of peer-uring: a ring of provided ones, from which the kernel takes the next one at each receive.
//
// A ring goes round, so all buffers in it are used in turn, however few are needed at a time. It begins with few, which
// stay in the cache, and gets more when it has run dry.

#ifndef EDDY_BENCH_URING_BUFFERS_H
#define EDDY_BENCH_URING_BUFFERS_H

#include <errno.h>
#include <liburing.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>

enum {
	BUFFER_GROUP = 0,
	BUFFER_SIZE = 64 << 10, // as in cloop
	// Picked: a little more than the size, so that the beginnings of messages do not all compete for the same few
	// lines of the cache.
	BUFFER_STRIDE = BUFFER_SIZE + 13 * 64,
	BUFFERS_FIRST = 64,  // picked: enough for 50 connections
	BUFFERS_MAX = 32768, // the largest ring
};

static struct io_uring_buf_ring *provided;
static char *memory;              // BUFFERS_MAX strides, most of them never touched
static unsigned given, available; // buffers that the ring has ever got; those that it has now

// What was received into a buffer and is not yet sent, and the buffer behind it.
static struct {
	uint32_t off, len;
	uint16_t next;
} buffers[BUFFERS_MAX];

static char *address_of(uint16_t buffer)
{
	return memory + (size_t)buffer * BUFFER_STRIDE;
}

static void provide(uint16_t buffer)
{
	io_uring_buf_ring_add(provided, address_of(buffer), BUFFER_SIZE, buffer, io_uring_buf_ring_mask(BUFFERS_MAX), 0);
	io_uring_buf_ring_advance(provided, 1);
	available++;
}

// The ring has run dry: doubles its buffers, once in a turn. False: all there can be are in use.
static bool provide_more(uint64_t turn)
{
	static uint64_t last;
	unsigned limit = turn == last ? 0 : 2 * given;

	last = turn;
	while (given < limit && given < BUFFERS_MAX)
		provide((uint16_t)given++);
	return available > 0;
}

// Returns 0 or a negative error.
static int set_up_buffers(struct io_uring *ring)
{
	provided = mmap(NULL, BUFFERS_MAX * sizeof(struct io_uring_buf), PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	memory = mmap(NULL, (size_t)BUFFERS_MAX * BUFFER_STRIDE, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (provided == MAP_FAILED || memory == MAP_FAILED)
		return -errno;

	struct io_uring_buf_reg registration = {
		.ring_addr = (uint64_t)(uintptr_t)provided,
		.ring_entries = BUFFERS_MAX,
		.bgid = BUFFER_GROUP,
	};
	int error = io_uring_register_buf_ring(ring, &registration, 0);

	if (error < 0)
		return error;
	io_uring_buf_ring_init(provided);
	while (given < BUFFERS_FIRST)
		provide((uint16_t)given++);
	return 0;
}

#endif
