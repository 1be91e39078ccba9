package tape

import (
	"io"
	"strconv"
	"syscall"
)

// trace is the text form of what happens: one line a decision or entry. What cannot be written is not missed: the
// sum is what runs are compared by.
type trace struct {
	to   io.Writer
	line []byte
}

// entry writes, for example,
//
//	1.00025s alice read fd=4 arg=0x200 result=0 "resource temporarily unavailable"
func (t *trace) entry(e *Entry) {
	b := append(t.line[:0], e.At.String()...)
	b = append(b, ' ')
	if e.Host == "" {
		b = append(b, '-')
	}
	b = append(b, e.Host...)
	b = append(b, ' ')
	b = append(b, e.What...)
	b = append(b, " fd="...)
	b = strconv.AppendInt(b, int64(e.FD), 10)
	b = append(b, " arg=0x"...)
	b = strconv.AppendUint(b, e.Arg, 16)
	b = append(b, " result="...)
	b = strconv.AppendInt(b, int64(e.Result), 10)
	if e.Errno != 0 {
		b = append(b, ' ')
		b = append(b, strconv.Quote(syscall.Errno(e.Errno).Error())...)
	}
	t.write(b)
}

// decision writes, for example,
//
//	draw latency = 81250
func (t *trace) decision(what string, result uint64) {
	b := append(t.line[:0], "  draw "...)
	b = append(b, what...)
	b = append(b, " = "...)
	b = strconv.AppendUint(b, result, 10)
	t.write(b)
}

func (t *trace) write(b []byte) {
	b = append(b, '\n')
	t.line = b
	_, _ = t.to.Write(b)
}
