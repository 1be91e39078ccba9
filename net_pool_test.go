//go:build unix

package eddy_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/eddy-go/eddy/internal/kernel"
)

// pool is what a database driver and database/sql make of connections: a goroutine takes an idle one or dials, sets a
// deadline for its call, has a context interrupt it, and gives it back if nothing went wrong.
type pool struct {
	dial func(ctx context.Context) (net.Conn, error)
	idle chan net.Conn

	mu    sync.Mutex
	dials int
}

func (p *pool) query(ctx context.Context, text string) (string, error) {
	var c net.Conn
	select {
	case c = <-p.idle:
	default:
		p.mu.Lock()
		p.dials++
		p.mu.Unlock()
		var err error
		if c, err = p.dial(ctx); err != nil {
			return "", err
		}
	}
	limit, _ := ctx.Deadline()
	c.SetDeadline(limit)
	stop := context.AfterFunc(ctx, func() { c.SetDeadline(time.Unix(1, 0)) })
	answer, err := askLine(c, text)
	if !stop() || err != nil {
		c.Close()
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		return "", err
	}
	p.idle <- c
	return answer, nil
}

func askLine(c net.Conn, text string) (string, error) {
	if _, err := fmt.Fprintln(c, text); err != nil {
		return "", err
	}
	return bufio.NewReader(c).ReadString('\n')
}

// A pool of connections, as database drivers have it, works over Handle.DialContext: with many goroutines, deadlines,
// and calls that are given up half-way.
func TestPoolOfConnections(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		l := startLoop(t, k)
		listener := l.listen(t, "tcp")
		var serving sync.WaitGroup
		serving.Go(func() {
			for {
				c, err := listener.Accept()
				if err != nil {
					return
				}
				serving.Go(func() {
					defer c.Close()
					lines := bufio.NewScanner(c)
					for lines.Scan() {
						if lines.Text() != "sleep" { // that one is never answered
							fmt.Fprintln(c, strings.ToUpper(lines.Text()))
						}
					}
				})
			}
		})
		const workers, queries = 8, 40
		p := &pool{idle: make(chan net.Conn, workers), dial: func(ctx context.Context) (net.Conn, error) {
			return l.handle.DialContext(ctx, "tcp", listener.Addr().String())
		}}
		var wg sync.WaitGroup
		for w := range workers {
			wg.Go(func() {
				for q := range queries {
					ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
					text := fmt.Sprint("query ", w, " ", q)
					if answer, err := p.query(ctx, text); err != nil || answer != strings.ToUpper(text)+"\n" {
						t.Errorf("%q, %v", answer, err)
					}
					cancel()
				}
			})
		}
		wg.Wait()
		if p.dials > workers {
			t.Errorf("%d dials for %d workers", p.dials, workers)
		}

		late, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		if _, err := p.query(late, "sleep"); !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("a call with a deadline: %v", err)
		}
		cancel()
		ctx, giveUp := context.WithCancelCause(t.Context())
		given := errors.New("given up")
		go func() { giveUp(given) }()
		if _, err := p.query(ctx, "sleep"); !errors.Is(err, given) {
			t.Errorf("a call that is given up: %v", err)
		}
		if answer, err := p.query(t.Context(), "after"); answer != "AFTER\n" || err != nil {
			t.Errorf("afterwards: %q, %v", answer, err)
		}
		for len(p.idle) > 0 {
			(<-p.idle).Close()
		}
		listener.Close()
		serving.Wait()
	})
}
