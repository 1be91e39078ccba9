// Program 1-block-on is the first step: one future, written by hand, and a loop that polls it.
//
// The future is a line of standard input. Nobody polls it in a circle: between its two polls the loop's thread sleeps
// in the kernel, and what ends that sleep is the waker.
//
//	$ go run ./examples/1-block-on
//	poll 1: no line yet
//	hello
//	poll 2: done
//	the line is "hello"
package main

import (
	"bufio"
	"fmt"
	"log"
	"os"
	"strings"
	"sync"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/future"
)

func main() {
	rt, err := eddy.New(eddy.Config{})
	if err != nil {
		log.Fatal(err)
	}
	text, err := eddy.BlockOnFuture(rt, &line{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("the line is %q\n", text)
}

// line is a future of one line of standard input. Reading it blocks, so it happens on a goroutine; the mutex guards
// what that goroutine shares with Poll.
type line struct {
	future.NoCancel // there is nothing to release: a read of standard input cannot be called off

	polls int

	mu    sync.Mutex
	waker future.Waker // of the latest poll
	done  bool
	text  string
	err   error
}

// Poll looks whether the line is there. If not, it leaves the waker where the reader finds it.
func (l *line) Poll(cx *future.Context) (string, error) {
	l.polls++
	if l.polls == 1 { // not before: a future does nothing until somebody polls it
		go l.read()
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.done {
		fmt.Printf("poll %d: done\n", l.polls)
		return l.text, l.err
	}
	l.waker = cx.Waker()
	fmt.Printf("poll %d: no line yet\n", l.polls)
	return "", future.Pending
}

// read runs on a goroutine of its own. Its Wake asks for one more poll, and that poll finds the line.
func (l *line) read() {
	text, err := bufio.NewReader(os.Stdin).ReadString('\n')
	l.mu.Lock()
	l.done, l.text, l.err = true, strings.TrimRight(text, "\r\n"), err
	waker := l.waker
	l.mu.Unlock()
	waker.Wake() // of a zero Waker: the line came before the first poll has looked, and that poll finds it
}
