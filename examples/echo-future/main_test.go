//go:build unix

package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"

	"github.com/eddy-go/eddy/examples/internal/program"
)

func start(t *testing.T) (p *program.Program, address string) {
	t.Helper()
	p = program.Start(t, program.Build(t), "0")
	return p, p.Address(t)
}

// Many clients take turns; some end their direction, and others take their places.
func TestManyClients(t *testing.T) {
	p, address := start(t)
	clients, echoed, accepted := make([]program.Client, 100), 0, 0
	for round := range 3 {
		for i := range clients {
			if round == 0 || i%3 == round {
				clients[i] = program.Dial(t, address)
				accepted++
			}
			text := fmt.Sprintf("round %d of client %d", round, i)
			clients[i].Echo(t, text)
			echoed += len(text)
		}
		for i, c := range clients {
			if i%3 == round+1 {
				c.Conn.(*net.TCPConn).CloseWrite()
				c.ExpectEnd(t)
			}
		}
	}
	p.Signal(t, syscall.SIGTERM)
	code := p.ExitCode(t)
	if want := fmt.Sprintf(`{"bytes":%d,"accepts":%d,"waits":`, echoed, accepted); code != 0 || !strings.HasPrefix(p.Log(), want) {
		t.Errorf("exit code %d, %q, want %s", code, p.Log(), want)
	}
}

// Clients who send a lot, end their direction and have not read yet get all that they have sent, and hold up nobody. A
// number that had something left is given away clean.
func TestFullSockets(t *testing.T) {
	_, address := start(t)
	other := program.Dial(t, address)
	sent := make([]byte, 16<<20) // more than the sockets' buffers hold
	for i := range sent {
		sent[i] = byte(i>>12) ^ byte(i)
	}
	for range 2 {
		var slow []program.Client
		ended := make(chan error)
		for range 3 {
			c := program.Dial(t, address)
			slow = append(slow, c)
			go func() {
				_, err := c.Write(sent)
				c.Conn.(*net.TCPConn).CloseWrite()
				ended <- err
			}()
		}
		gone := program.Dial(t, address)
		go func() {
			gone.Write(sent)
			ended <- nil
		}()
		other.Echo(t, "meanwhile")
		for _, c := range slow {
			if got, err := io.ReadAll(c); err != nil || !bytes.Equal(got, sent) {
				t.Errorf("%d bytes came back, %v", len(got), err)
			}
			other.Echo(t, "meanwhile")
		}
		gone.Close()
		for range 4 {
			if err := <-ended; err != nil {
				t.Error(err)
			}
		}
	}
}

// SIGINT ends the program with its connections as they are; SIGUSR1 does not.
func TestSignals(t *testing.T) {
	p, address := start(t)
	c := program.Dial(t, address)
	p.Signal(t, syscall.SIGUSR1)
	p.AwaitLog(t, "memory given back\n")
	c.Echo(t, "still here")
	p.Signal(t, syscall.SIGINT)
	c.ExpectEnd(t)
	c.Close()
	if code := p.ExitCode(t); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

func TestBadPort(t *testing.T) {
	p := program.Start(t, program.Build(t), "nonsense")
	if code := p.ExitCode(t); code != 1 || strings.Count(p.Log(), "\n") != 1 || !strings.Contains(p.Log(), "nonsense") {
		t.Errorf("exit code %d, %q", code, p.Log())
	}
}
