//go:build linux

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// kinds sorts system calls. What is not here is "other".
var kinds = map[string]string{
	"epoll_wait": "waits", "epoll_pwait": "waits", "epoll_pwait2": "waits", "poll": "waits", "ppoll": "waits",
	"read": "receives", "readv": "receives", "recvfrom": "receives", "recvmsg": "receives", "recvmmsg": "receives",
	"write": "sends", "writev": "sends", "sendto": "sends", "sendmsg": "sends", "sendmmsg": "sends",
	"epoll_ctl": "epoll_ctl",
	"accept":    "accepts", "accept4": "accepts",
	"shutdown": "shutdowns", "close": "closes",
}

// clockwork are the calls of Go's scheduler that depend on the clock and on what else the machine does.
const clockwork = "nanosleep,futex,sched_yield"

// trace measures what strace sees between two words that the client says: calls that bypass the counters, too.
func (p *program) trace(dir string) ([]quantity, error) {
	file := filepath.Join(dir, p.name+".strace")
	s, err := p.start(dir, "strace", "-f", "-qq", "-s", "16", "-e", "trace=!"+clockwork, "-e", "signal=none", "-o", file)
	if err != nil {
		return nil, err
	}
	defer s.kill()
	const echoes, visits = 500, 200
	c, err := s.dial()
	if err != nil {
		return nil, err
	}
	for _, step := range []func() error{
		func() error { return c.say("guard echoes") },
		func() error { return c.echo(echoes - 1) },
		func() error { return c.say("guard visits") },
		func() error { return s.visits(visits) },
		func() error { return c.say("guard is done") },
		c.end, s.stop,
	} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	parts, err := split(string(text), "guard echoes", "guard visits", "guard is done")
	if err != nil {
		return nil, err
	}
	echo, visit := tally(parts[0]), tally(parts[1])
	for _, kind := range []string{"waits", "receives", "sends"} {
		visit[kind]-- // the word's own
	}
	var found []quantity
	for _, kind := range []string{"waits", "receives", "sends", "epoll_ctl", "other"} {
		found = append(found, quantity{"strace", p.name + ": " + kind + " per echo, strace", echo[kind] / echoes, exact})
	}
	for _, kind := range []string{"accepts", "receives", "sends", "epoll_ctl", "shutdowns", "closes", "other"} {
		found = append(found, quantity{"strace", p.name + ": " + kind + " per visit, strace", visit[kind] / visits, exact})
	}
	return append(found,
		quantity{"strace", p.name + ": calls of other threads per echo, strace", echo[elsewhere] / echoes, whole},
		quantity{"strace", p.name + ": calls of other threads per visit, strace", visit[elsewhere] / visits, whole}), nil
}

// split cuts a trace behind the last call that shows each of the words, which is the send, and returns what is between.
func split(trace string, words ...string) ([]string, error) {
	var parts []string
	begin := 0
	for i, word := range words {
		at := strings.LastIndex(trace, `"`+word)
		if at < begin {
			return nil, fmt.Errorf("strace did not see %q", word)
		}
		end := at + strings.IndexByte(trace[at:], '\n') + 1
		if i > 0 {
			parts = append(parts, trace[begin:end])
		}
		begin = end
	}
	return parts, nil
}

// elsewhere counts the calls that another thread than the loop's has made. Waits are not among them: Go's
// runtime polls by the clock.
const elsewhere = "elsewhere"

// tally counts the calls of a trace by kind. A call that another thread interrupts takes two lines, of which the second
// begins with "<...". The loop's thread is the one of the last line: it has sent the word.
func tally(trace string) map[string]float64 {
	counted := make(map[string]float64)
	loop, _, _ := strings.Cut(trace[strings.LastIndexByte(strings.TrimSuffix(trace, "\n"), '\n')+1:], " ")
	for line := range strings.Lines(trace) {
		thread, rest, _ := strings.Cut(line, " ")
		name, _, isCall := strings.Cut(strings.TrimLeft(rest, " "), "(")
		if !isCall || strings.HasPrefix(name, "<") {
			continue
		}
		kind, known := kinds[name]
		switch {
		case thread != loop && kind == "waits":
			continue
		case thread != loop:
			kind = elsewhere
		case !known:
			kind = "other"
		}
		counted[kind]++
	}
	return counted
}
