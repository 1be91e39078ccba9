// Addresses and connections of cload.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/time.h>
#include <sys/un.h>

#include "cload.h"

socklen_t resolve(const char *address, struct sockaddr_storage *out)
{
	struct sockaddr_un *local = (struct sockaddr_un *)out;
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found;
	const char *host = address;
	const char *colon = strrchr(address, ':');
	char name[256];

	memset(out, 0, sizeof *out);
	if (strncmp(address, "unix:", 5) == 0) {
		if (strlen(address + 5) >= sizeof local->sun_path)
			fail("%s: the path is too long", address);
		local->sun_family = AF_UNIX;
		strcpy(local->sun_path, address + 5);
		return sizeof *local;
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

	socklen_t size = found->ai_addrlen;

	memcpy(out, found->ai_addr, size);
	freeaddrinfo(found);
	return size;
}

// A blocking connect: a backlog that is full shows as a wait, not as retries. The send timeout bounds it.
int dial(const struct sockaddr_storage *to, socklen_t len)
{
	struct timeval limit = {.tv_sec = SILENCE_MS / 1000};
	int on = 1;
	int fd = socket(to->ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		fail("socket: %s", strerror(errno));
	if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit) < 0)
		fail("SO_SNDTIMEO: %s", strerror(errno));
	if (to->ss_family != AF_UNIX && setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) < 0)
		fail("TCP_NODELAY: %s", strerror(errno));
	if (connect(fd, (const struct sockaddr *)to, len) < 0)
		fail("connect to %s: %s", options.address, strerror(errno));
	if (fcntl(fd, F_SETFL, O_NONBLOCK) < 0)
		fail("fcntl: %s", strerror(errno));
	return fd;
}
