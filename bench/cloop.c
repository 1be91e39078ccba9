// cloop: a bare epoll echo loop, the yardstick for "server CPU per echo".
//
// It is what an expert writes when only speed counts: one thread, edge-triggered readiness, one buffer for all
// connections, one registration per connection for its whole life, no timers, no limits, no log. It is honest:
// every byte is echoed in order, whatever the socket takes, and memory is bounded by one buffer per connection.
//
// What it does not do: it does not survive a lack of descriptors (it says so and exits 1), it knows no urgent data,
// and a client that keeps its buffer full holds the loop.
//
// usage: cloop PORT     (0: the kernel picks; the first line on stderr tells which)
// SIGTERM or SIGINT: one line of JSON with its own counters on stderr, exit 0.

#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
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
#include <unistd.h>

enum {
	BUFFER_SIZE = 64 << 10, // picked: larger than any message measured here
	EVENT_BATCH = 1024,     // picked: one wait takes all that is ready at 1000 connections
	BACKLOG = 4096,         // picked: the usual limit of the kernel
};

struct connection {
	int fd;
	char *rest;      // what the socket did not take; NULL if nothing waits
	size_t rest_off; // bytes of rest already sent
	size_t rest_len;
};

// How many calls were made, those that ended in EAGAIN included; accepts counts connections, bytes those that were sent.
static struct {
	uint64_t waits, recvs, sends, epoll_ctls, accepts, bytes;
} counters;

static char buffer[BUFFER_SIZE];
static int epoll_fd;

static void die(const char *what)
{
	fprintf(stderr, "cloop: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void watch(int fd, uint32_t events, void *data)
{
	struct epoll_event ev = {.events = events, .data.ptr = data};

	counters.epoll_ctls++;
	if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &ev) < 0)
		die("epoll_ctl");
}

// A connection is closed only while its own event is handled, and a batch holds one event per descriptor: no event
// that points to freed memory can follow. The close ends the registration too, since no descriptor is duplicated.
static void drop(struct connection *c)
{
	close(c->fd);
	free(c->rest);
	free(c);
}

// Sends until all is gone, the socket is full (false, errno EAGAIN) or the connection is broken (false, another
// errno). *sent tells how far it came.
static bool send_all(int fd, const char *p, size_t len, size_t *sent)
{
	while (*sent < len) {
		ssize_t n = send(fd, p + *sent, len - *sent, MSG_NOSIGNAL);

		counters.sends++;
		if (n >= 0) {
			*sent += (size_t)n;
			counters.bytes += (uint64_t)n;
		} else if (errno != EINTR) {
			return false;
		}
	}
	return true;
}

// Sends what waits. False: it still waits, or the connection is gone.
static bool flush_rest(struct connection *c)
{
	if (!send_all(c->fd, c->rest, c->rest_len, &c->rest_off)) {
		if (errno != EAGAIN)
			drop(c);
		return false;
	}
	free(c->rest);
	c->rest = NULL;
	return true;
}

// Echoes len bytes of the shared buffer. False: a remainder waits for EPOLLOUT, or the connection is gone.
static bool echo(struct connection *c, size_t len)
{
	size_t sent = 0;

	if (send_all(c->fd, buffer, len, &sent))
		return true;
	if (errno != EAGAIN) {
		drop(c);
		return false;
	}
	c->rest_len = len - sent;
	c->rest_off = 0;
	c->rest = malloc(c->rest_len);
	if (c->rest == NULL)
		die("malloc");
	memcpy(c->rest, buffer + sent, c->rest_len);
	return false;
}

// While a remainder waits nothing is read. That loses no edge: the event that reports room again carries all that
// holds at that moment, unread input and a half-close included.
static void serve(struct connection *c, uint32_t events)
{
	const uint32_t ended = EPOLLRDHUP | EPOLLHUP | EPOLLERR;

	if (c->rest != NULL && !flush_rest(c))
		return;
	if (!(events & (EPOLLIN | ended)))
		return;
	for (;;) {
		ssize_t n = recv(c->fd, buffer, sizeof buffer, 0);

		counters.recvs++;
		if (n > 0) {
			if (!echo(c, (size_t)n))
				return;
			// A short read has drained the socket, and more bytes or an end mean a new edge, unless
			// the end was part of this very event.
			if ((size_t)n < sizeof buffer && !(events & ended))
				return;
		} else if (n < 0 && errno == EAGAIN) {
			return;
		} else if (n == 0 || errno != EINTR) {
			drop(c);
			return;
		}
	}
}

static void accept_all(int listener)
{
	for (;;) {
		int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd < 0) {
			if (errno == EAGAIN)
				return;
			if (errno == EINTR || errno == ECONNABORTED)
				continue;
			die("accept4");
		}
		counters.accepts++;

		struct connection *c = calloc(1, sizeof *c);

		if (c == NULL)
			die("calloc");
		c->fd = fd;
		watch(fd, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, c);
	}
}

static int listen_on(uint16_t port)
{
	struct sockaddr_in addr = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t len = sizeof addr;
	int on = 1;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		die("socket");
	// Accepted sockets inherit TCP_NODELAY: no call per connection.
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0 ||
	    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) < 0)
		die("setsockopt");
	if (bind(fd, (struct sockaddr *)&addr, sizeof addr) < 0)
		die("bind");
	if (listen(fd, BACKLOG) < 0 || getsockname(fd, (struct sockaddr *)&addr, &len) < 0)
		die("listen");
	fprintf(stderr, "listening 127.0.0.1:%d\n", ntohs(addr.sin_port));
	return fd;
}

static void print_counters(void)
{
	fprintf(stderr,
		"{\"waits\":%llu,\"recvs\":%llu,\"sends\":%llu,\"epoll_ctls\":%llu,\"accepts\":%llu,\"bytes\":%llu}\n",
		(unsigned long long)counters.waits, (unsigned long long)counters.recvs,
		(unsigned long long)counters.sends, (unsigned long long)counters.epoll_ctls,
		(unsigned long long)counters.accepts, (unsigned long long)counters.bytes);
}

static void raise_descriptor_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		die("getrlimit");
	limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
		die("setrlimit");
}

int main(int argc, char **argv)
{
	static struct epoll_event events[EVENT_BATCH];
	char *end = NULL;
	long port = argc == 2 ? strtol(argv[1], &end, 10) : -1;
	sigset_t stop;

	if (end == NULL || end == argv[1] || *end != '\0' || port < 0 || port > 65535) {
		fprintf(stderr, "usage: cloop PORT\n");
		return 2;
	}
	raise_descriptor_limit();

	// Signals come as a descriptor: no window between a check and the wait, and no mask to swap at each wait.
	sigemptyset(&stop);
	sigaddset(&stop, SIGTERM);
	sigaddset(&stop, SIGINT);
	if (sigprocmask(SIG_BLOCK, &stop, NULL) < 0)
		die("sigprocmask");

	int signals = signalfd(-1, &stop, SFD_NONBLOCK | SFD_CLOEXEC);

	epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (signals < 0 || epoll_fd < 0)
		die("signalfd or epoll_create1");

	int listener = listen_on((uint16_t)port);

	watch(signals, EPOLLIN, &signals);
	watch(listener, EPOLLIN | EPOLLET, &listener);
	for (;;) {
		int n = epoll_wait(epoll_fd, events, EVENT_BATCH, -1);

		counters.waits++;
		if (n < 0 && errno != EINTR)
			die("epoll_wait");
		for (int i = 0; i < n; i++) {
			void *p = events[i].data.ptr;

			if (p == &signals) {
				print_counters();
				return 0;
			}
			if (p == &listener)
				accept_all(listener);
			else
				serve(p, events[i].events);
		}
	}
}
