// Program tls-load is a closed loop over TLS: each connection sends a message when it has the whole answer to the one
// before. Its result is one line of JSON. It runs on package net, as the clients of most servers do.
package main

import (
	"bytes"
	"crypto/tls"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"sync/atomic"
	"time"
)

// phases of the load.
const (
	warmingUp int32 = iota
	measuring
	ended
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "tls-load:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	flags := flag.NewFlagSet("tls-load", flag.ContinueOnError)
	address := flags.String("a", "", "address of the server")
	connections := flags.Int("c", 50, "connections")
	size := flags.Int("s", 512, "bytes of a message")
	seconds := flags.Float64("t", 2, "seconds to measure")
	warmup := flags.Float64("w", 0.3, "seconds before")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *address == "" || *connections < 1 || *size < 1 {
		return errors.New("-a is needed, and -c and -s of at least 1")
	}

	conns := make([]*tls.Conn, *connections)
	for i := range conns {
		conn, err := tls.Dial("tcp", *address, &tls.Config{InsecureSkipVerify: true})
		if err != nil {
			return err
		}
		defer conn.Close()
		conns[i] = conn
	}
	var phase atomic.Int32
	results := make(chan result, len(conns))
	for _, conn := range conns {
		go func() { results <- askAndAsk(conn, *size, &phase) }()
	}
	time.Sleep(time.Duration(*warmup * float64(time.Second)))
	phase.Store(measuring)
	time.Sleep(time.Duration(*seconds * float64(time.Second)))
	phase.Store(ended)

	var all result
	for range conns {
		r := <-results
		if r.err != nil {
			return r.err
		}
		all.echoes += r.echoes
		all.latencies = append(all.latencies, r.latencies...)
	}
	slices.Sort(all.latencies)
	quantile := func(q float64) float64 {
		if len(all.latencies) == 0 {
			return 0
		}
		return float64(all.latencies[int(q*float64(len(all.latencies)-1))]) / 1e3
	}
	return json.NewEncoder(os.Stdout).Encode(map[string]any{
		"requests":            all.echoes, // those of the warm-up included
		"requests_per_second": float64(len(all.latencies)) / *seconds,
		"p50_us":              quantile(0.5),
		"p99_us":              quantile(0.99),
	})
}

// result is what one connection did.
type result struct {
	echoes    int
	latencies []time.Duration // while it was measured
	err       error
}

func askAndAsk(conn *tls.Conn, size int, phase *atomic.Int32) (r result) {
	question, answer := bytes.Repeat([]byte("?"), size), make([]byte, size)
	for {
		now := phase.Load()
		if now == ended {
			return r
		}
		begin := time.Now()
		if _, r.err = conn.Write(question); r.err != nil {
			return r
		}
		if _, r.err = io.ReadFull(conn, answer); r.err != nil {
			return r
		}
		r.echoes++
		if now == measuring {
			r.latencies = append(r.latencies, time.Since(begin))
		}
	}
}
