// peer-uv: an echo server on libuv.
//
// It is what someone writes who knows the library: reads go into one buffer for all connections, since an echo is done
// with it before the next read; each piece is sent at once with uv_try_write, and only what the socket does not take is
// copied and queued with uv_write. While something is queued the connection is not read, so it holds one buffer at
// most. Those buffers are kept and used again.
//
// "recvs" counts calls, those that found nothing included; libuv does not tell how often it sends or waits.
//
// usage: peer-uv PORT
// SIGTERM or SIGINT: one line of JSON with its own counters on stderr, exit 0.

#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <uv.h>

enum {
	BUFFER_SIZE = 64 << 10, // as in cloop
	BACKLOG = 4096,         // picked: the usual limit of the kernel
};

// What a socket did not take.
struct rest {
	uv_write_t request;
	size_t len;
	struct rest *next; // of those that are free
	char bytes[BUFFER_SIZE];
};

static struct {
	uint64_t bytes, accepts, recvs;
} counters;

static uv_loop_t *loop;
static char buffer[BUFFER_SIZE];
static struct rest *spare;

static void die(const char *what, int error)
{
	fprintf(stderr, "peer-uv: %s: %s\n", what, uv_strerror(error));
	exit(1);
}

static void must(const char *what, int result)
{
	if (result < 0)
		die(what, result);
}

static struct rest *take_rest(void)
{
	struct rest *r = spare;

	if (r != NULL) {
		spare = r->next;
		return r;
	}
	r = malloc(sizeof *r);
	if (r == NULL)
		die("malloc", UV_ENOMEM);
	return r;
}

static void closed(uv_handle_t *handle)
{
	free(handle);
}

static void give_buffer(uv_handle_t *handle, size_t suggested, uv_buf_t *out)
{
	(void)handle, (void)suggested;
	*out = uv_buf_init(buffer, sizeof buffer);
}

static void echo(uv_stream_t *stream, ssize_t n, const uv_buf_t *in);

static void written(uv_write_t *request, int status)
{
	struct rest *r = (struct rest *)request;
	uv_stream_t *stream = request->handle;

	if (status < 0 || uv_read_start(stream, give_buffer, echo) < 0)
		uv_close((uv_handle_t *)stream, closed);
	else
		counters.bytes += r->len;
	r->next = spare;
	spare = r;
}

// The socket is full: nothing is read until the rest is gone.
static void queue(uv_stream_t *stream, const char *bytes, size_t len)
{
	struct rest *r = take_rest();
	uv_buf_t out = uv_buf_init(r->bytes, (unsigned)len);

	memcpy(r->bytes, bytes, len);
	r->len = len;
	uv_read_stop(stream);
	must("uv_write", uv_write(&r->request, stream, &out, 1, written));
}

static void echo(uv_stream_t *stream, ssize_t n, const uv_buf_t *in)
{
	uv_buf_t out;
	int sent;

	counters.recvs++;
	if (n == 0)
		return; // EAGAIN
	if (n < 0) {
		uv_close((uv_handle_t *)stream, closed);
		return;
	}
	out = uv_buf_init(in->base, (unsigned)n);
	sent = uv_try_write(stream, &out, 1);
	if (sent == UV_EAGAIN)
		sent = 0;
	if (sent < 0) {
		uv_close((uv_handle_t *)stream, closed);
		return;
	}
	counters.bytes += (uint64_t)sent;
	if (sent < n)
		queue(stream, in->base + sent, (size_t)(n - sent));
}

static void arrived(uv_stream_t *listener, int status)
{
	uv_tcp_t *connection = malloc(sizeof *connection);

	must("accept", status);
	if (connection == NULL)
		die("malloc", UV_ENOMEM);
	must("uv_tcp_init", uv_tcp_init(loop, connection));
	must("uv_accept", uv_accept(listener, (uv_stream_t *)connection));
	counters.accepts++;
	must("uv_read_start", uv_read_start((uv_stream_t *)connection, give_buffer, echo));
}

static void stopped(uv_signal_t *handle, int number)
{
	(void)handle, (void)number;
	fprintf(stderr, "{\"bytes\":%llu,\"accepts\":%llu,\"recvs\":%llu}\n", (unsigned long long)counters.bytes,
		(unsigned long long)counters.accepts, (unsigned long long)counters.recvs);
	exit(0);
}

static void raise_descriptor_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		die("getrlimit", -errno);
	limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
		die("setrlimit", -errno);
}

int main(int argc, char **argv)
{
	char *end = NULL;
	long port = argc == 2 ? strtol(argv[1], &end, 10) : -1;
	struct sockaddr_in addr;
	uv_tcp_t listener;
	uv_signal_t term, interrupt;

	if (end == NULL || end == argv[1] || *end != '\0' || port < 0 || port > 65535) {
		fprintf(stderr, "usage: peer-uv PORT\n");
		return 2;
	}
	raise_descriptor_limit();
	signal(SIGPIPE, SIG_IGN); // libuv writes with write(2)
	loop = uv_default_loop();
	must("uv_ip4_addr", uv_ip4_addr("127.0.0.1", (int)port, &addr));
	must("uv_tcp_init", uv_tcp_init(loop, &listener));
	must("uv_tcp_bind", uv_tcp_bind(&listener, (struct sockaddr *)&addr, 0)); // sets SO_REUSEADDR
	must("uv_tcp_nodelay", uv_tcp_nodelay(&listener, 1));                     // accepted sockets inherit it
	must("uv_signal_init", uv_signal_init(loop, &term));
	must("uv_signal_init", uv_signal_init(loop, &interrupt));
	must("uv_signal_start", uv_signal_start(&term, stopped, SIGTERM));
	must("uv_signal_start", uv_signal_start(&interrupt, stopped, SIGINT));
	must("uv_listen", uv_listen((uv_stream_t *)&listener, BACKLOG, arrived));
	return uv_run(loop, UV_RUN_DEFAULT);
}
