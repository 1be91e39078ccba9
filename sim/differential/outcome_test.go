//go:build linux

package differential

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// An Outcome is what a step told the task that made it.
type Outcome struct {
	N     int64  // bytes
	Class string // of the error
	After int    // the step after which the call had come back; never: it had not
}

// never is the After of a call that did not come back.
const never = -1

func (o Outcome) String() string {
	if o.After == never {
		return "never came back"
	}
	return fmt.Sprintf("%d, %s, after step %d", o.N, o.Class, o.After)
}

// The classes of errors that are no error numbers. An error number's class is its name.
const (
	classNone     = "no error"
	classEnd      = "end of stream"
	classClosed   = "closed"
	classDeadline = "deadline"
	classTwoReads = "second read"
	classNoStream = "no stream" // the dial or the accept that should have made it has failed
)

var (
	errNoStream = errors.New(classNoStream)
	errNoSlot   = errors.New("no listener")
)

// classOf sorts errors as programs do, by errors.Is and errors.As.
func classOf(err error) string {
	var errno syscall.Errno
	switch {
	case err == nil:
		return classNone
	case errors.Is(err, net.ErrClosed):
		return classClosed
	case errors.Is(err, os.ErrDeadlineExceeded):
		return classDeadline
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return classEnd
	case errors.As(err, &errno):
		return unix.ErrnoName(errno)
	case strings.Contains(err.Error(), "is waiting for it already"):
		return classTwoReads
	}
	return err.Error()
}

// A Result is what a program's run has shown.
type Result struct {
	Steps    Program // with the teardown
	Outcomes []Outcome
	Received map[End][]byte
	Left     string // what the runtime held at the end and should not; "" is nothing
}

// String lists the steps with their outcomes.
func (r Result) String() string {
	var b strings.Builder
	for i, s := range r.Steps {
		fmt.Fprintf(&b, "%3d  %-28s %v\n", i, s, r.Outcomes[i])
	}
	if r.Left != "" {
		fmt.Fprintln(&b, "left:", r.Left)
	}
	return b.String()
}

// unfinished tells what no program may leave behind.
func (r Result) unfinished() string {
	for i, o := range r.Outcomes {
		if o.After == never {
			return fmt.Sprintf("step %d never came back", i)
		}
	}
	return r.Left
}
