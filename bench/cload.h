// What the parts of cload share: the options, the way to fail, the way to connect.

#ifndef EDDY_BENCH_CLOAD_H
#define EDDY_BENCH_CLOAD_H

#include <stdbool.h>
#include <sys/socket.h>

enum {
	SILENCE_MS = 5000, // picked: a server that says nothing for so long has lost something
};

struct options {
	const char *address;
	long connections;
	long size;
	long depth;
	double warmup;  // seconds
	double seconds; // measured, after the warm-up
	long messages;  // in all; -1: no limit
	bool idle;
	bool verify;
};

extern struct options options;

// Fills options; ends the program with exit 2 on wrong usage.
void parse_options(int argc, char **argv);

// Prints one line and ends the program with exit 1.
void fail(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

// Returns the kernel's form of HOST:PORT, [HOST]:PORT or unix:PATH, and its length.
socklen_t resolve(const char *address, struct sockaddr_storage *out);

// Returns a connected socket in non-blocking mode.
int dial(const struct sockaddr_storage *to, socklen_t len);

#endif
