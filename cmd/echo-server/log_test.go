package main

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/eddy-go/eddy/eddytest"
)

// pipe is a log pipe: a write waits until the test reads, or until nobody will ever read.
type pipe struct {
	lines  chan string
	broken chan struct{}
}

func newPipe() *pipe { return &pipe{make(chan string), make(chan struct{})} }

func (p *pipe) Write(line []byte) (int, error) {
	select {
	case p.lines <- string(line):
		return len(line), nil
	case <-p.broken:
		return 0, errors.New("broken pipe")
	}
}

func say(word string) func(*slog.Logger) {
	return func(log *slog.Logger) { log.Info(word) }
}

func TestLinesComeInOrderAndTheLastWordsLast(t *testing.T) {
	eddytest.Baseline(t)
	var b strings.Builder
	q := newLogQueue(&b, "text", slog.LevelInfo)
	for i := range 100 {
		q.logger.Info("line", "i", i)
	}
	q.logger.Debug("not at this level")
	q.close(time.Minute, say("bye"))
	lines := strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
	if len(lines) != 101 || !strings.HasSuffix(lines[100], "msg=bye") {
		t.Fatalf("%d lines, the last one %q", len(lines), lines[len(lines)-1])
	}
	for i, line := range lines[:100] {
		if !strings.HasSuffix(line, fmt.Sprintf("msg=line i=%d", i)) {
			t.Errorf("line %d is %q", i, line)
		}
	}
}

// A log that nobody reads stops nobody: Write returns, the surplus is counted, and said once it can be said.
func TestLogThatNobodyReads(t *testing.T) {
	eddytest.Baseline(t)
	p := newPipe()
	q := newLogQueue(p, "text", slog.LevelInfo)
	const surplus = 500
	for i := range logQueueLines + 1 + surplus { // one more is in writeOut's hands, or the queue has room for one less
		q.logger.Info("line", "i", i)
	}
	dropped := int(q.droppedLines())
	if dropped != surplus && dropped != surplus+1 {
		t.Fatalf("%d lines dropped, want %d or one more", dropped, surplus)
	}
	if first := <-p.lines; !strings.HasSuffix(first, "msg=line i=0\n") {
		t.Errorf("the first line is %q", first)
	}
	if second := <-p.lines; !strings.Contains(second, fmt.Sprintf("%d log lines dropped", dropped)) {
		t.Errorf("the second line is %q", second)
	}
	go q.close(time.Minute, say("bye"))
	written, last := 1, ""
	for !strings.HasSuffix(last, "msg=bye\n") {
		last = <-p.lines
		written++
	}
	if want := logQueueLines + 1 + surplus - dropped + 1; written != want {
		t.Errorf("%d lines were written, want %d", written, want)
	}
	<-q.ended
}

func TestCloseDoesNotWaitForAReaderForEver(t *testing.T) {
	eddytest.Baseline(t)
	p := newPipe()
	q := newLogQueue(p, "text", slog.LevelInfo)
	q.logger.Info("line")
	q.close(time.Millisecond, say("bye")) // returns, or the test does not end
	select {
	case <-q.ended:
		t.Error("writeOut has ended though nobody has read")
	default:
	}
	close(p.broken)
	<-q.ended
}

func TestLinesThatCannotBeWrittenAreCounted(t *testing.T) {
	eddytest.Baseline(t)
	p := newPipe()
	close(p.broken)
	q := newLogQueue(p, "json", slog.LevelInfo)
	q.logger.Info("one")
	q.logger.Info("two")
	q.close(time.Minute, say("bye"))
	if n := q.droppedLines(); n != 2 {
		t.Errorf("%d lines dropped, want 2", n)
	}
}
