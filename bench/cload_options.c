// The command line of cload, and how it fails.

#define _GNU_SOURCE
#include <getopt.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "cload.h"

static const char usage[] =
	"usage: cload -a HOST:PORT|unix:PATH [options]\n"
	"  -c N      connections (50)\n"
	"  -s BYTES  message size (512)\n"
	"  -d N      messages in flight per connection (1)\n"
	"  -r RATE   open loop: messages per second over all connections, each due at its time whatever the\n"
	"            server does; latencies count from that time\n"
	"  -w SEC    warm-up, sent but not measured (0.3; with -n: 0)\n"
	"  -t SEC    time measured (2; with -n: no limit)\n"
	"  -n N      stop after N messages in all, warm-up included\n"
	"  -i        idle: connect, exchange -n messages (0), print \"ready\", hold the connections\n"
	"            until SIGTERM, SIGINT or the end of stdin\n"
	"  -p PID    of the server: report its CPU time and its echoes in the time measured, and how many\n"
	"            connections had no reply before\n"
	"  --storm   each of -c slots connects, sends one message, reads it back and the end, and begins again;\n"
	"            latencies are of whole cycles\n"
	"  --verify  compare every byte that comes back\n";

static const double no_limit = 1e9; // 30 years

struct options options = {
	.connections = 50, .size = 512, .depth = 1, .warmup = -1, .seconds = -1, .messages = -1,
};

void fail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fprintf(stderr, "cload: ");
	vfprintf(stderr, format, args);
	fprintf(stderr, "\n");
	va_end(args);
	exit(1);
}

static double number(const char *text, double least, double most)
{
	char *rest;
	double value = strtod(text, &rest);

	if (rest == text || *rest != '\0' || !(value >= least && value <= most)) {
		fprintf(stderr, "cload: %s: not a number from %.15g to %.15g\n", text, least, most);
		exit(2);
	}
	return value;
}

void parse_options(int argc, char **argv)
{
	static const struct option longs[] = {
		{"storm", no_argument, NULL, 'S'},
		{"verify", no_argument, NULL, 'V'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};

	for (int o; (o = getopt_long(argc, argv, "a:c:s:d:r:t:w:n:p:ih", longs, NULL)) != -1;) {
		switch (o) {
		case 'a': options.address = optarg; break;
		case 'c': options.connections = (long)number(optarg, 1, 1e6); break;
		case 's': options.size = (long)number(optarg, 1, 1e9); break;
		case 'd': options.depth = (long)number(optarg, 1, 1e6); break;
		case 'r': options.rate = number(optarg, 1e-3, 1e9); break;
		case 't': options.seconds = number(optarg, 0, no_limit); break;
		case 'w': options.warmup = number(optarg, 0, no_limit); break;
		case 'n': options.messages = (long)number(optarg, 0, 1e15); break;
		case 'p': options.server = (pid_t)number(optarg, 1, INT_MAX); break;
		case 'i': options.idle = true; break;
		case 'S': options.storm = true; break;
		case 'V': options.verify = true; break;
		case 'h': fputs(usage, stdout); exit(0);
		default: fputs(usage, stderr); exit(2);
		}
	}

	bool two_kinds = (options.rate > 0) + options.storm + options.idle > 1;

	if (options.address == NULL || optind != argc || two_kinds || (options.storm && options.depth != 1) ||
	    (options.server != 0 && options.storm)) {
		fputs(usage, stderr);
		exit(2);
	}
	if (options.idle && options.messages < 0)
		options.messages = 0;
	if (options.warmup < 0)
		options.warmup = options.messages < 0 ? 0.3 : 0;
	if (options.seconds < 0)
		options.seconds = options.messages < 0 ? 2 : no_limit;
}
