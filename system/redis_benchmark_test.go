//go:build linux

package system_test

import (
	"strconv"
	"strings"
	"testing"
)

// A Redis request is an array of strings, which is a valid reply as well: so redis-benchmark can load an echo server.
// It ends with an error when a reply is no valid RESP, and hangs, until the limit kills it, when one is missing.
func TestRedisBenchmarkGetsItsRequestsAsReplies(t *testing.T) {
	need(t, "redis-benchmark")
	const requests, request = 100_000, "*1\r\n$4\r\nPING\r\n"
	s := start(t, setup{})
	p := startTool(t, limit, "redis-benchmark", "-p", s.port(), "-t", "ping_mbulk", "-c", "50", "-P", "16", "-n", strconv.Itoa(requests), "-q")
	if out := p.finish(); !strings.Contains(out, "requests per second") {
		t.Errorf("redis-benchmark printed %q", out)
	}
	if c := s.counters(); c["bytes_in"] < requests*len(request) || c["bytes_in"] != c["bytes_out"] {
		t.Errorf("the server has read %d bytes and written %d", c["bytes_in"], c["bytes_out"])
	}
}
