// What the parts of cload share: the options, a connection's account of bytes, the kinds of load, the way to fail.

#ifndef EDDY_BENCH_CLOAD_H
#define EDDY_BENCH_CLOAD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/types.h>

#include "histogram.h"

enum {
	SILENCE_MS = 5000,  // picked: a server that says nothing for so long has lost something
	EVENT_BATCH = 1024, // picked: one wait takes all that is ready at 1000 connections
};

struct options {
	const char *address;
	long connections;
	long size;
	long depth;
	double rate;    // messages per second over all connections; 0: a closed loop
	double warmup;  // seconds
	double seconds; // measured, after the warm-up
	long messages;  // in all; -1: no limit
	pid_t server;   // whose CPU time is measured; 0: nobody's
	bool idle;
	bool storm;
	bool verify;
};

struct connection {
	int fd;
	bool connected, half_closed;
	uint64_t ripe;           // open loop: messages whose time has come
	uint64_t issued, done;   // messages
	uint64_t sent, received; // bytes
	uint64_t *due;           // when each message in flight was due, a ring of depth entries
	size_t start;            // where in the sequence the first byte stands
};

// What tells one kind of load from another. Times are in nanoseconds of the monotonic clock.
struct load {
	// Issues what may be sent on a connection now. False: nothing will ever be issued on it again.
	bool (*issue)(struct connection *c, uint64_t now);
	// The oldest message in flight has come back; it was due at that time.
	void (*replied)(uint64_t due, uint64_t now);
	// The connection has ended in order, and is closed.
	void (*ended)(struct connection *c);
};

// The measured time is [warm, end). issued and done count the messages of all connections; echoes and sends those whose
// last byte was read, and whose sending began, in the measured time.
struct measurement {
	uint64_t begun, warm, end, last_echo;
	uint64_t issued, done, echoes, sends;
	struct histogram latencies;
};

extern struct options options;
extern struct measurement measured;
extern const struct load *load;        // the kind that runs
extern struct connection *connections; // options.connections of them
extern int epoll_fd;
extern long busy; // connections that have not finished

// Fills options; ends the program with exit 2 on wrong usage.
void parse_options(int argc, char **argv);

// Prints one line and ends the program with exit 1.
void fail(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

uint64_t now_ns(void);

// Marks the time: warm-up and measurement begin now.
void begin_measuring(void);

// Counts one message as sent, now, on a connection on which it is due since that time.
void issue_one(struct connection *c, uint64_t due, uint64_t now);

// Whether neither the time nor the number of messages is used up.
bool more_to_issue(uint64_t now);

// The server's CPU time in the measured time: cload_server.c. Called with each reply's time, and at the end.
void watch_server(uint64_t now);
void print_server(void);

// Counts a reply, or in a storm a whole cycle, whose latency is now - due. It is measured if at lies in the measured
// time.
void record(uint64_t due, uint64_t now, uint64_t at);

// The account of bytes: cload_stream.c.
void fill_sequence(void);
void place(struct connection *c, uint64_t number); // where in the sequence its bytes begin
void advance(struct connection *c, uint64_t now); // issues, sends, half-closes
void serve(const struct epoll_event *event);
void fail_silent(void) __attribute__((noreturn));
void run_until_done(void); // for loads that are driven by replies alone

// Connections: cload_dial.c. dial_all makes all of them, in bounded batches, and registers them.
void resolve_address(void);
void dial_all(void);
int dial_begin(uint64_t number);             // connected when writable; the number picks a storm's source address
void dial_check(const struct connection *c); // fails if the connect has failed
void watch(struct connection *c);

// The kinds.
void run_closed(void);
void run_open(void);
void run_storm(void);

#endif
