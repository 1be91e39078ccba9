package main

import (
	"bufio"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/esync"
)

// queued is how many lines wait for a guest who does not read; lastWords is how long they have at the end.
const (
	queued    = 100
	lastWords = time.Second
)

// room belongs to the tasks of its runtime.
type room struct {
	rt     *eddy.Runtime
	guests []*guest
}

type guest struct {
	name   string
	conn   net.Conn
	lines  *esync.Chan[string] // to be written to conn
	missed int                 // lines that found no room, since the last one that did
	writer *eddy.JoinHandle[struct{}]
}

// welcome is the task of one client: it asks for a name, and then passes on what the guest says.
func (r *room) welcome(conn net.Conn) {
	defer conn.Close()
	fmt.Fprintln(conn, "your name?")
	in := bufio.NewScanner(conn)
	if !in.Scan() {
		return
	}
	name := strings.TrimSpace(in.Text())
	if name == "" || slices.ContainsFunc(r.guests, func(g *guest) bool { return g.name == name }) {
		fmt.Fprintln(conn, "* that name is not free")
		return
	}
	g := &guest{name: name, conn: conn, lines: esync.NewChan[string](queued)}
	r.guests = append(r.guests, g)
	g.writer = r.rt.Spawn(func() { g.write(r.rt) })
	r.tell("* " + name + " has come")
	for in.Scan() {
		r.tell(name + ": " + in.Text())
	}
	r.guests = slices.DeleteFunc(r.guests, func(other *guest) bool { return other == g })
	r.tell("* " + name + " has gone")
	g.lines.Close()
	g.writer.Join()
}

// tell leaves a line for everybody. It waits for nobody: where there is no room, the line is missed.
func (r *room) tell(line string) {
	for _, g := range r.guests {
		if g.missed > 0 && g.lines.TrySend(fmt.Sprintf("* you have missed %d lines", g.missed)) {
			g.missed = 0
		}
		if g.missed > 0 || !g.lines.TrySend(line) {
			g.missed++
		}
	}
}

// write is the second task of a guest.
func (g *guest) write(rt *eddy.Runtime) {
	defer g.conn.Close() // then the first task ends, too
	for line := range g.lines.All(rt) {
		if _, err := fmt.Fprintln(g.conn, line); err != nil {
			return
		}
	}
}

// close tells the guests that it is over, and waits until they have read it, but not for long.
func (r *room) close() error {
	r.tell("* the room is closed")
	guests := slices.Clone(r.guests) // they leave while we wait
	for _, g := range guests {
		g.lines.Close()
	}
	return r.rt.WithTimeout(lastWords, func() error {
		for _, g := range guests {
			g.writer.Join()
		}
		return nil
	})
}
