//go:build linux

package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"regexp"
	"time"
)

// fault is something that Linux does to a process's system calls, made frequent by strace. An EAGAIN out of nothing is
// none of them: with edges it takes away the only news of what is there.
type fault struct {
	name   string
	calls  string // as strace names them
	inject string // what happens to them; of those that a thread makes, when
	mark   string // what the trace says where it has happened
	kills  bool   // the connection whose call failed ends
}

const (
	errorMark  = "(INJECTED)"
	delayMark  = "(DELAYED)"
	signalMark = "--- SIGURG {si_signo=SIGURG, si_code=SI_KERNEL}" // Go's own are of another code
)

var faults = []fault{
	{"EINTR from epoll_pwait", "epoll_pwait,epoll_pwait2", "error=EINTR:when=3+2", errorMark, false}, // F4
	{"EMFILE from accept4", "accept4", "error=EMFILE:when=3+2", errorMark, false},                    // F7
	{"ENFILE from accept4", "accept4", "error=ENFILE:when=3+5", errorMark, false},
	{"ENOBUFS from accept4", "accept4", "error=ENOBUFS:when=3+3", errorMark, false},
	{"ECONNABORTED from accept4", "accept4", "error=ECONNABORTED:when=3+2", errorMark, false}, // F8
	{"EPROTO from accept4", "accept4", "error=EPROTO:when=3+3", errorMark, false},
	{"ECONNRESET from recvfrom", "recvfrom", "error=ECONNRESET:when=50+50", errorMark, true}, // F14
	{"ETIMEDOUT from recvfrom", "recvfrom", "error=ETIMEDOUT:when=50+50", errorMark, true},
	{"ECONNRESET from sendto", "sendto", "error=ECONNRESET:when=50+50", errorMark, true},
	{"EPIPE from sendto", "sendto", "error=EPIPE:when=50+50", errorMark, true},
	{"slow calls", "recvfrom,sendto,accept4,epoll_pwait,epoll_pwait2,close", "delay_exit=2000:when=1+20", delayMark, false},
	{"a signal pending in calls", "recvfrom,sendto,accept4,epoll_pwait,epoll_pwait2", "signal=SIGURG:when=1+3", signalMark, false},
}

// strace returns the command that runs the server with the fault. The server is the process that was started, and
// strace its descendant (-D), which ends with it. Of all calls only the faulty ones stop the server (--seccomp-bpf),
// except for signals: those want each call's own stop. A signal
// that is pending in a receive has Linux answer EAGAIN at an urgent mark, whatever lies behind it (F31).
func (f fault) strace(trace string) []string {
	command := []string{"strace", "-D", "-f", "-o", trace, "-e", "trace=" + f.calls, "-e", "inject=" + f.calls + ":" + f.inject}
	if f.mark == signalMark {
		return append(command, "-e", "signal=SIGURG")
	}
	return append(command, "-e", "signal=none", "--seccomp-bpf")
}

// happened counts how often the fault has, once the trace is complete: strace is nobody's child any more that could be
// waited for.
func (f fault) happened(ctx context.Context, trace string, pid int) (int64, error) {
	end := regexp.MustCompile(fmt.Sprintf(`(?m)^%d +\+\+\+ exited with`, pid))
	for giveUp := time.Now().Add(hang); ; {
		text, err := os.ReadFile(trace)
		switch {
		case err != nil:
			return 0, err
		case end.Match(text):
			return int64(bytes.Count(text, []byte(f.mark))), nil
		case time.Now().After(giveUp):
			return 0, fmt.Errorf("strace has not ended in %v", hang)
		}
		select {
		case <-ctx.Done():
			return 0, ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}
