package main

import (
	"strings"
	"testing"
)

func TestBenchWrongUsage(t *testing.T) {
	for _, c := range []struct {
		args string
		want string // what the line must name
	}{
		{"", "ADDRESS"},
		{"127.0.0.1:1 127.0.0.1:2", `"127.0.0.1:2"`},
		{"127.0.0.1", `"127.0.0.1"`},
		{"127.0.0.1:0", "port"},
		{"127.0.0.1:http", "port"},
		{"::1:80", "::1:80"},
		{"unix:", "1 to"},
		{"unix:/" + strings.Repeat("x", 200), "1 to"},
		{"--bogus 127.0.0.1:1", "-bogus"},
		{"-n 5 -z 5s 127.0.0.1:1", "exclude"},
		{"-n 0 127.0.0.1:1", "--messages 0"},
		{"-n -5 127.0.0.1:1", `"-5"`},
		{"-z 0s 127.0.0.1:1", "--duration"},
		{"-z 10 127.0.0.1:1", `"10"`},
		{"-c 0 127.0.0.1:1", "--connections"},
		{"-c 2000000 127.0.0.1:1", "--connections"},
		{"-q 0 127.0.0.1:1", "--rate"},
		{"-q -1 127.0.0.1:1", "--rate"},
		{"-q NaN 127.0.0.1:1", "--rate"},
		{"-q +Inf 127.0.0.1:1", "--rate"},
		{"--size 0 127.0.0.1:1", "--size"},
		{"--size 1000000000 127.0.0.1:1", "--size"},
		{"--depth 0 127.0.0.1:1", "--depth"},
		{"--depth 1000000 127.0.0.1:1", "--depth"},
		{"--warmup -1s 127.0.0.1:1", "--warmup"},
		{"--timeout 0 127.0.0.1:1", "--timeout"},
		{"-o xml 127.0.0.1:1", `"xml"`},
		{"--hist a --plot a 127.0.0.1:1", "same file"},
	} {
		t.Run(c.args, func(t *testing.T) {
			code, stdout, stderr := runHere(append([]string{"bench"}, strings.Fields(c.args)...)...)
			if code != exitUsage || stdout != "" {
				t.Errorf("exit code %d, stdout %q", code, stdout)
			}
			if strings.Count(stderr, "\n") != 1 || !strings.HasPrefix(stderr, "echo-server: ") || !strings.Contains(stderr, c.want) || !strings.Contains(stderr, "bench --help") {
				t.Errorf("stderr got %q", stderr)
			}
		})
	}
}

func TestBenchHelp(t *testing.T) {
	code, stdout, stderr := runHere("bench", "--help")
	if code != 0 || stderr != "" {
		t.Errorf("exit code %d, stderr %q", code, stderr)
	}
	for _, want := range []string{
		"ADDRESS", "-c N", "-n N", "-z TIME", "-q N", "--size", "--depth", "--warmup", "--verify", "--timeout", "-o FORMAT", "--hist", "--plot",
		"coordinated omission", "SIGINT", "Exit code 1",
	} {
		if !strings.Contains(stdout, want) {
			t.Errorf("no %q in:\n%s", want, stdout)
		}
	}
}
