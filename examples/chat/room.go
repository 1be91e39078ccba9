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

// lastWords is how long the lines that wait for a guest have at his end, or at that of the room.
const lastWords = time.Second

// room belongs to the tasks of its runtime.
type room struct {
	rt     *eddy.Runtime
	guests []*guest
}

// welcome is the task of one client: it asks for a name, and then passes on what the guest says.
func (r *room) welcome(conn net.Conn) {
	defer conn.Close()
	fmt.Fprintln(conn, "your name?")
	in := bufio.NewScanner(conn)
	if !in.Scan() {
		return
	}
	name := strings.TrimSpace(clean(in.Text()))
	if name == "" || len(name) > longestName || slices.ContainsFunc(r.guests, func(g *guest) bool { return g.name == name }) {
		fmt.Fprintln(conn, "* that name is not free, or too long")
		return
	}
	g := &guest{name: name, conn: conn, lines: esync.NewChan[string](queued)}
	r.guests = append(r.guests, g)
	g.writer = r.rt.Spawn(func() { g.write(r.rt) })
	r.tell("* " + name + " has come")
	for in.Scan() {
		r.tell(name + ": " + clean(in.Text()))
	}
	if in.Err() == bufio.ErrTooLong {
		g.lines.TrySend("* your line is too long")
	}
	r.guests = slices.DeleteFunc(r.guests, func(other *guest) bool { return other == g })
	r.tell("* " + name + " has gone")
	g.lines.Close()
	r.rt.WithTimeout(lastWords, func() error { // he may have stopped reading
		_, err := g.writer.Join()
		return err
	})
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
