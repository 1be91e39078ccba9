// How peer-uring begins: its listening socket, its limits, its signals, and how it fails.

#ifndef EDDY_BENCH_URING_START_H
#define EDDY_BENCH_URING_START_H

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>

enum {
	BACKLOG = 4096, // picked: the usual limit of the kernel
};

static void die(const char *what, int error)
{
	fprintf(stderr, "peer-uring: %s: %s\n", what, strerror(error));
	exit(1);
}

static int listen_on(uint16_t port)
{
	struct sockaddr_in addr = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int on = 1;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	// Accepted sockets inherit TCP_NODELAY.
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0 ||
	    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) < 0)
		die("socket", errno);
	if (bind(fd, (struct sockaddr *)&addr, sizeof addr) < 0 || listen(fd, BACKLOG) < 0)
		die("listen", errno);
	return fd;
}

static void raise_descriptor_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		die("getrlimit", errno);
	limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
		die("setrlimit", errno);
}

// Returns a descriptor that is readable when SIGTERM or SIGINT has come.
static int stop_signals(void)
{
	sigset_t stop;

	sigemptyset(&stop);
	sigaddset(&stop, SIGTERM);
	sigaddset(&stop, SIGINT);
	if (sigprocmask(SIG_BLOCK, &stop, NULL) < 0)
		die("sigprocmask", errno);

	int fd = signalfd(-1, &stop, SFD_CLOEXEC);

	if (fd < 0)
		die("signalfd", errno);
	return fd;
}

#endif
