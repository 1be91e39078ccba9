package main

import (
	"fmt"
	"net"
	"strings"
	"unicode"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/esync"
)

// queued is how many lines wait for a guest who does not read; longestName is in bytes.
const (
	queued      = 100
	longestName = 30
)

type guest struct {
	name   string
	conn   net.Conn
	lines  *esync.Chan[string] // to be written to conn
	missed int                 // lines that found no room, since the last one that did
	writer *eddy.JoinHandle[struct{}]
}

// clean replaces what would act on the others' terminals.
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, text)
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
