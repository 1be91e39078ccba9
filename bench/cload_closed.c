// The closed loop: each connection keeps d messages in flight and sends the next one when a reply is complete. A
// message is due when its predecessor's reply was read, so time spent queued in this program counts, and a server that
// is slow is asked less. What arrives in the measured time is measured.
//
// With -i the connections are held after their messages, until a signal or the end of stdin.

#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "cload.h"

static bool issue(struct connection *c, uint64_t now)
{
	bool more = more_to_issue(now);

	for (; more && c->issued - c->done < (uint64_t)options.depth; more = more_to_issue(now))
		issue_one(c, now, now);
	return more;
}

static void replied(uint64_t due, uint64_t now)
{
	record(due, now, now);
}

static void ended(struct connection *c)
{
	(void)c;
	busy--;
}

static int stop_signals(void)
{
	sigset_t stop;

	sigemptyset(&stop);
	sigaddset(&stop, SIGTERM);
	sigaddset(&stop, SIGINT);
	sigprocmask(SIG_BLOCK, &stop, NULL);

	int fd = signalfd(-1, &stop, SFD_CLOEXEC);

	if (fd < 0)
		fail("signalfd: %s", strerror(errno));
	return fd;
}

// A connection that stirs is an error.
static void hold(int signals)
{
	struct pollfd fds[] = {
		{.fd = STDIN_FILENO, .events = POLLIN},
		{.fd = signals, .events = POLLIN},
		{.fd = epoll_fd, .events = POLLIN},
	};
	struct epoll_event event;
	char ignored[4096];

	printf("ready\n");
	fflush(stdout);
	for (;;) {
		if (poll(fds, 3, -1) < 0 && errno != EINTR)
			fail("poll: %s", strerror(errno));
		if (fds[1].revents != 0)
			return;
		if (fds[0].revents != 0 && read(STDIN_FILENO, ignored, sizeof ignored) <= 0)
			return;
		while (epoll_wait(epoll_fd, &event, 1, 0) > 0)
			if (event.events != EPOLLOUT)
				fail("the server ended or wrote to an idle connection");
	}
}

void run_closed(void)
{
	static const struct load closed = {issue, replied, ended};
	int signals = options.idle ? stop_signals() : -1;

	load = &closed;
	dial_all();
	begin_measuring();
	for (long i = 0; i < options.connections; i++)
		advance(&connections[i], measured.begun);
	run_until_done();
	if (options.idle)
		hold(signals);
}
