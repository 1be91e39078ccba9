//go:build linux

package main

import (
	"maps"
	"strings"
	"testing"
)

// What callgrind writes: costs behind "calls=" are the callee's, a name stands once, inlined files change nothing.
func TestSelfCosts(t *testing.T) {
	const file = `version: 1
events: Ir

ob=(1) /x/server
fl=(1) /t/tcp_copy.go
fn=(1) github.com/eddy-go/eddy.(*TCPStream).WriteTo
10 5
+1 7
cfn=(2) runtime.mcall'2
calls=3 20
+2 1000
fi=(2) /t/other.go
* 1

fn=(2)
20 40
fn=(3) github.com/eddy-go/eddy/internal/executor.(*JoinHandle[go.shape.struct {}]).poll
5 2
fn=(4) iter.Pull[go.shape.struct { os/exec.a }].func2
6 3
totals: 1055
`
	want := map[string]float64{"github.com/eddy-go/eddy": 13, "runtime": 40, "github.com/eddy-go/eddy/internal/executor": 2, "iter": 3}
	if got := selfCosts(file); !maps.Equal(got, want) {
		t.Errorf("%v, not %v", got, want)
	}
}

// Of a trace, what stands between two words is counted, by kind; the loop's thread is the one that sends the words.
func TestTally(t *testing.T) {
	const trace = `7 epoll_pwait2(5, [], 256) = 1
7 recvfrom(11, "guard one"..., 65536) = 512
7 sendto(11, "guard one"..., 512) = 512
7 epoll_pwait2(5,  <unfinished ...>
9 epoll_pwait(3, [], 128, 0) = 0
9 write(6, "x", 1) = 1
7 <... epoll_pwait2 resumed>[], 256) = 1 (
7 getpid() = 7
7 recvfrom(11, "guard two"..., 65536) = 512
7 sendto(11, "guard two"..., 512) = 512
7 close(11) = 0
`
	parts, err := split(trace, "guard one", "guard two")
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]float64{"waits": 1, "receives": 1, "sends": 1, "other": 1, elsewhere: 1}
	if got := tally(parts[0]); !maps.Equal(got, want) {
		t.Errorf("%v, not %v", got, want)
	}
	if _, err := split(trace, "guard one", "guard three"); err == nil || !strings.Contains(err.Error(), "guard three") {
		t.Errorf("%v", err)
	}
}
