// Addresses and connections of cload.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/time.h>
#include <sys/un.h>

#include "cload.h"

enum {
	CONNECT_BATCH = 256, // picked: connects under way at a time, far below any server's backlog
	SOURCES = 250,       // picked: addresses from 127.0.0.2 on; each has some 28 000 ports
};

static struct sockaddr_storage to;
static socklen_t to_len;

void resolve_address(void)
{
	struct sockaddr_un *local = (struct sockaddr_un *)&to;
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found;
	const char *address = options.address, *host = address;
	const char *colon = strrchr(address, ':');
	char name[256];

	if (strncmp(address, "unix:", 5) == 0) {
		if (strlen(address + 5) >= sizeof local->sun_path)
			fail("%s: the path is too long", address);
		local->sun_family = AF_UNIX;
		strcpy(local->sun_path, address + 5);
		to_len = sizeof *local;
		return;
	}

	size_t len = colon == NULL ? 0 : (size_t)(colon - address);

	if (len >= 2 && host[0] == '[' && host[len - 1] == ']') {
		host++;
		len -= 2;
	}
	if (len == 0 || len >= sizeof name)
		fail("%s: not HOST:PORT or unix:PATH", address);
	memcpy(name, host, len);
	name[len] = '\0';

	int status = getaddrinfo(name, colon + 1, &hints, &found);

	if (status != 0)
		fail("%s: %s", address, gai_strerror(status));
	to_len = found->ai_addrlen;
	memcpy(&to, found->ai_addr, to_len);
	freeaddrinfo(found);
}

static void set(int fd, int level, int name, const void *value, socklen_t len)
{
	if (setsockopt(fd, level, name, value, len) < 0)
		fail("setsockopt: %s", strerror(errno));
}

// The port is left to connect, which may take one that another address uses.
static void bind_source(int fd, uint64_t number)
{
	struct sockaddr_in from = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + (uint32_t)(number % SOURCES)),
	};
	int on = 1;

	set(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
	if (bind(fd, (struct sockaddr *)&from, sizeof from) < 0)
		fail("bind: %s", strerror(errno));
}

static bool is_loopback(void)
{
	const struct sockaddr_in *in = (const struct sockaddr_in *)&to;

	return to.ss_family == AF_INET && ntohl(in->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
}

static void fail_connect(int error)
{
	fail("connect to %s: %s", options.address, strerror(error));
}

// A Unix socket connects at once or not at all if it does not block, so it blocks, and the send timeout bounds it.
int dial_begin(uint64_t number)
{
	bool is_local = to.ss_family == AF_UNIX;
	struct timeval limit = {.tv_sec = SILENCE_MS / 1000};
	int on = 1;
	int fd = socket(to.ss_family, SOCK_STREAM | SOCK_CLOEXEC | (is_local ? 0 : SOCK_NONBLOCK), 0);

	if (fd < 0)
		fail("socket: %s", strerror(errno));
	if (is_local)
		set(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
	else
		set(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	if (options.storm && is_loopback())
		bind_source(fd, number);
	if (connect(fd, (const struct sockaddr *)&to, to_len) < 0 && errno != EINPROGRESS)
		fail_connect(errno);
	if (is_local && fcntl(fd, F_SETFL, O_NONBLOCK) < 0)
		fail("fcntl: %s", strerror(errno));
	return fd;
}

void dial_check(const struct connection *c)
{
	int error = 0;
	socklen_t len = sizeof error;

	if (getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0 || error != 0)
		fail_connect(error != 0 ? error : errno);
}

void watch(struct connection *c)
{
	struct epoll_event ev = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.ptr = c};

	if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, c->fd, &ev) < 0)
		fail("epoll_ctl: %s", strerror(errno));
}

static void dial_finish(struct connection *c)
{
	struct pollfd ready = {.fd = c->fd, .events = POLLOUT};
	int n;

	while ((n = poll(&ready, 1, SILENCE_MS)) < 0)
		if (errno != EINTR)
			fail("poll: %s", strerror(errno));
	if (n == 0)
		fail_connect(ETIMEDOUT);
	dial_check(c);
	c->connected = true;
	watch(c);
}

void dial_all(void)
{
	for (long i = 0; i < options.connections; i += CONNECT_BATCH) {
		long limit = i + CONNECT_BATCH < options.connections ? i + CONNECT_BATCH : options.connections;

		for (long j = i; j < limit; j++) {
			place(&connections[j], (uint64_t)j);
			connections[j].fd = dial_begin((uint64_t)j);
		}
		for (long j = i; j < limit; j++)
			dial_finish(&connections[j]);
	}
	busy = options.connections;
}
