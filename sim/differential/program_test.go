//go:build linux

package differential

import (
	"fmt"
	"strconv"
	"strings"
)

// A Program is what is run: on connections that are numbered from 0, each with a client's and a server's end.
type Program []Step

// A Step is one call. In a program's text it is one line.
type Step struct {
	Op   Op
	End  End    // of which the call is made, or that a dial or an accept makes
	Slot string // of a listener's call, a dial or an accept
	N    int    // bytes
	With bool   // the next step begins without waiting for this one to settle: " &" in the text
}

// Op names the call of a step.
type Op string

// The calls. Those of listeners name a slot, those of streams an end, and some of these a number of bytes.
const (
	opListen   Op = "listen" // on the slot's address, the same each time
	opUnlisten Op = "unlisten"

	opDial   Op = "dial"
	opAccept Op = "accept"

	opWrite     Op = "write"
	opBuffers   Op = "write-buffers"
	opFlood     Op = "flood" // write more than fits into the buffers on the way
	opRead      Op = "read"  // once
	opReadFull  Op = "read-full"
	opReadEnd   Op = "read-end"
	opEcho      Op = "echo" // write back what comes, to the end
	opReadPast  Op = "read-deadline-past"
	opReadFar   Op = "read-deadline-far"
	opReadNone  Op = "read-deadline-none"
	opWritePast Op = "write-deadline-past"
	opWriteFar  Op = "write-deadline-far"
	opWriteNone Op = "write-deadline-none"

	opCloseRead  Op = "close-read"
	opCloseWrite Op = "close-write"
	opClose      Op = "close"
	opReset      Op = "reset" // SetLinger(0) and Close
)

// operands tells what a call's line has besides its name.
var operands = map[Op]struct{ slot, end, bytes bool }{
	opListen:     {slot: true},
	opUnlisten:   {slot: true},
	opDial:       {slot: true, end: true},
	opAccept:     {slot: true, end: true},
	opWrite:      {end: true, bytes: true},
	opBuffers:    {end: true, bytes: true},
	opFlood:      {end: true},
	opRead:       {end: true, bytes: true},
	opReadFull:   {end: true, bytes: true},
	opReadEnd:    {end: true},
	opEcho:       {end: true},
	opReadPast:   {end: true},
	opReadFar:    {end: true},
	opReadNone:   {end: true},
	opWritePast:  {end: true},
	opWriteFar:   {end: true},
	opWriteNone:  {end: true},
	opCloseRead:  {end: true},
	opCloseWrite: {end: true},
	opClose:      {end: true},
	opReset:      {end: true},
}

// maxConns bounds the connections of a program.
const maxConns = 4

// An End is one end of a connection: "c0" is the client's of the first, "s0" the server's.
type End struct {
	Conn   int
	Server bool
}

// Peer is the other end.
func (e End) Peer() End { return End{e.Conn, !e.Server} }

func (e End) String() string {
	if e.Server {
		return "s" + strconv.Itoa(e.Conn)
	}
	return "c" + strconv.Itoa(e.Conn)
}

// slots are the places where a program may listen, by kind and backlog.
var slots = map[string]struct {
	unix    bool
	backlog int // 0: the system's maximum
}{
	"tcp":   {},
	"unix":  {unix: true},
	"tcp1":  {backlog: 1},
	"unix1": {unix: true, backlog: 1},
}

func (s Step) String() string {
	words := []string{string(s.Op)}
	if operands[s.Op].end {
		words = append(words, s.End.String())
	}
	if operands[s.Op].slot {
		words = append(words, s.Slot)
	}
	if operands[s.Op].bytes {
		words = append(words, strconv.Itoa(s.N))
	}
	if s.With {
		words = append(words, "&")
	}
	return strings.Join(words, " ")
}

func (p Program) String() string {
	var b strings.Builder
	for _, s := range p {
		fmt.Fprintln(&b, s)
	}
	return b.String()
}

// GoString makes rapid print a program as its text.
func (p Program) GoString() string { return "\n" + p.String() }

// parse reads a program's text. Lines that begin with # are comments.
func parse(text string) (Program, error) {
	var p Program
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		if len(words) == 0 || words[0][0] == '#' {
			continue
		}
		s, err := parseStep(words)
		if err != nil {
			return nil, fmt.Errorf("%q: %w", strings.TrimSpace(line), err)
		}
		p = append(p, s)
	}
	return p, nil
}

func parseStep(words []string) (Step, error) {
	s := Step{Op: Op(words[0])}
	words = words[1:]
	needs, known := operands[s.Op]
	if !known {
		return s, fmt.Errorf("no such step")
	}
	next := func() (word string) {
		if len(words) > 0 {
			word, words = words[0], words[1:]
		}
		return word
	}
	if needs.end {
		word := next()
		for conn := range maxConns {
			for _, e := range []End{{conn, false}, {conn, true}} {
				if e.String() == word {
					s.End = e
				}
			}
		}
		if s.End.String() != word {
			return s, fmt.Errorf("no end of a connection: %q", word)
		}
	}
	if needs.slot {
		s.Slot = next()
		if _, ok := slots[s.Slot]; !ok {
			return s, fmt.Errorf("no such slot: %q", s.Slot)
		}
	}
	if needs.bytes {
		var err error
		if s.N, err = strconv.Atoi(next()); err != nil {
			return s, err
		}
	}
	if word := next(); word == "&" {
		s.With = true
	} else if word != "" {
		return s, fmt.Errorf("too much: %q", word)
	}
	if len(words) > 0 {
		return s, fmt.Errorf("too much: %q", words)
	}
	return s, nil
}

// teardown is what ends every program: it closes whatever may be open, so that every call comes back.
func (p Program) teardown() Program {
	var end Program
	listened := map[string]bool{}
	ends := map[End]bool{}
	for _, s := range p {
		if s.Op == opListen && !listened[s.Slot] {
			listened[s.Slot] = true
			end = append(end, Step{Op: opUnlisten, Slot: s.Slot})
		}
	}
	for _, s := range p {
		if operands[s.Op].end && !ends[s.End] {
			ends[s.End] = true
			end = append(end, Step{Op: opClose, End: s.End})
		}
	}
	return end
}

// unix reports whether an end's connection is one of Unix sockets.
func (p Program) unix(e End) bool {
	for _, s := range p {
		if operands[s.Op].slot && operands[s.Op].end && s.End == e {
			return slots[s.Slot].unix
		}
	}
	return false
}
