package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/examples/internal/program"
)

func start(t *testing.T) (p *program.Program, address string) {
	t.Helper()
	p = program.Start(t, program.Build(t), "--listen", "127.0.0.1:0")
	return p, p.Address(t)
}

// hear fails the test unless these are the next lines that a session prints.
func hear(t *testing.T, session *program.Program, lines ...string) {
	t.Helper()
	for _, line := range lines {
		if got := session.Line(t); got != line {
			t.Fatalf("heard %q, not %q", got, line)
		}
	}
}

// Two people talk by nc; one ends his input and is gone.
func TestNetcat(t *testing.T) {
	nc := program.Tool(t, "nc")
	_, address := start(t)
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	join := func(name string) *program.Program {
		session := program.Start(t, nc, "-N", host, port)
		hear(t, session, "your name?")
		session.Say(t, name)
		return session
	}
	ann := join("ann")
	hear(t, ann, "* ann has come")
	bob := join("bob")
	hear(t, ann, "* bob has come")
	hear(t, bob, "* bob has come")
	ann.Say(t, "hello bob")
	hear(t, ann, "ann: hello bob")
	hear(t, bob, "ann: hello bob")
	bob.Say(t, "hello ann")
	hear(t, ann, "bob: hello ann")
	hear(t, bob, "bob: hello ann")

	second := join("ann")
	hear(t, second, "* that name is not free, or too long")

	bob.Stdin.Close()
	hear(t, ann, "* bob has gone")
	if rest := bob.Rest(t); rest != "" || bob.ExitCode(t) != 0 {
		t.Errorf("bob heard %q, and nc has ended with %d", rest, bob.ExitCode(t))
	}
}

// join enters the room as a client of the test.
func join(t *testing.T, address, name string) program.Client {
	t.Helper()
	c := program.Dial(t, address)
	c.Expect(t, "your name?\n")
	io.WriteString(c, name+"\n")
	c.Expect(t, "* "+name+" has come\n")
	return c
}

// A guest who does not read holds up nobody. When he reads again, what was kept for him comes in order, and he is told
// how much he has missed.
func TestSlowReader(t *testing.T) {
	_, address := start(t)
	slow := join(t, address, "slow")
	slow.Conn.(*net.TCPConn).SetReadBuffer(64 << 10)
	fast := join(t, address, "fast")
	slow.Expect(t, "* fast has come\n")

	const lines = 3000
	text := strings.Repeat("x", 10_000) // in all more than the sockets' buffers and the queue hold
	say := func(number int) {
		line := fmt.Sprintf("%d %s\n", number, text)
		io.WriteString(fast, line)
		fast.Expect(t, "fast: "+line)
	}
	for i := range lines {
		say(i)
	}

	// The slow one reads. For each of his lines the fast one says another, until there is room for what he says.
	in := bufio.NewReader(slow)
	missed, next := 0, 0
	for missed == 0 {
		line, err := in.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		if n, _ := fmt.Sscanf(line, "* you have missed %d lines", &missed); n == 1 {
			continue
		}
		if !strings.HasPrefix(line, fmt.Sprintf("fast: %d ", next)) {
			t.Fatalf("%.20q came in place of line %d", line, next)
		}
		say(lines + next)
		next++
	}
	if line, err := in.ReadString('\n'); err != nil || !strings.HasPrefix(line, fmt.Sprintf("fast: %d ", next+missed)) {
		t.Errorf("%.20q came, %v, after %d lines and %d that were missed", line, err, next, missed)
	}
	if next < queued || next >= lines {
		t.Errorf("%d of %d lines were kept", next, lines)
	}
}

// A guest who reads nothing and ends his direction is not kept.
func TestMuteGuestIsLetGo(t *testing.T) {
	eddytest.Baseline(t)
	err := eddy.BlockOn(func(rt *eddy.Runtime) error {
		listener, err := rt.ListenTCP("127.0.0.1:0")
		if err != nil {
			return err
		}
		defer listener.Close()
		mute, err := rt.DialTCP(listener.Addr().String())
		if err != nil {
			return err
		}
		defer mute.Close()
		conn, err := listener.Accept()
		if err != nil {
			return err
		}
		io.WriteString(mute, "mute\n")
		r := &room{rt: rt}
		task := rt.Spawn(func() { r.welcome(conn) })
		for len(r.guests) == 0 {
			rt.Yield()
		}
		r.tell(strings.Repeat("x", 64<<20)) // more than the sockets' buffers hold
		mute.CloseWrite()
		return rt.WithTimeout(30*time.Second, func() error { // only a bug reaches it
			_, err := task.Join()
			return err
		})
	})
	if err != nil {
		t.Error(err)
	}
}

// What a guest says cannot move the others' cursors, and there are limits, of which he is told.
func TestBadGuests(t *testing.T) {
	_, address := start(t)
	ann := join(t, address, "ann")
	rude := program.Dial(t, address)
	rude.Expect(t, "your name?\n")
	io.WriteString(rude, "\x1b[2Jru\rde\n")
	ann.Expect(t, "* [2Jru de has come\n")
	rude.Expect(t, "* [2Jru de has come\n")
	io.WriteString(rude, "h\u00e9llo\x07\n"+strings.Repeat("y", 100_000))
	for _, c := range []program.Client{ann, rude} {
		c.Expect(t, "[2Jru de: h\u00e9llo \n")
	}
	rude.Expect(t, "* your line is too long\n")
	rude.ExpectEnd(t)
	ann.Expect(t, "* [2Jru de has gone\n")

	endless := program.Dial(t, address)
	endless.Expect(t, "your name?\n")
	io.WriteString(endless, strings.Repeat("n", longestName+1)+"\n")
	endless.Expect(t, "* that name is not free, or too long\n")
	endless.ExpectEnd(t)
}

// At the end everybody is told, and the program stops in order.
func TestStop(t *testing.T) {
	p, address := start(t)
	ann, bob := join(t, address, "ann"), join(t, address, "bob")
	ann.Expect(t, "* bob has come\n")
	p.Signal(t, syscall.SIGTERM)
	for _, c := range []program.Client{ann, bob} {
		c.Expect(t, "* the room is closed\n")
		c.ExpectEnd(t)
		c.Close()
	}
	if rest := p.Rest(t); rest != "stopped\n" || p.ExitCode(t) != 0 {
		t.Errorf("%q, and exit code %d", rest, p.ExitCode(t))
	}
}

func TestBadAddress(t *testing.T) {
	p := program.Start(t, program.Build(t), "--listen", "nonsense")
	if code := p.ExitCode(t); code != 1 || strings.Count(p.Log(), "\n") != 1 || !strings.Contains(p.Log(), "address nonsense: missing port") {
		t.Errorf("exit code %d, %q", code, p.Log())
	}
}
