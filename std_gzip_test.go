//go:build unix

package eddy_test

import (
	"bufio"
	"compress/gzip"
	"fmt"
	"io"
	"net"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
)

// Each message that is flushed arrives at once, in both directions, and each end of a direction goes through.
func TestGzipFlushPerMessage(t *testing.T) {
	forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
		server := eddy.Spawn(rt, func() (struct{}, error) {
			defer b.CloseWrite()
			in, err := gzip.NewReader(b)
			if err != nil {
				return struct{}{}, err
			}
			out := gzip.NewWriter(b)
			lines := bufio.NewScanner(in)
			for lines.Scan() {
				fmt.Fprintf(out, "you said %s\n", lines.Text())
				if err := out.Flush(); err != nil {
					return struct{}{}, err
				}
			}
			if err := lines.Err(); err != nil {
				return struct{}{}, err
			}
			return struct{}{}, out.Close()
		})
		out := gzip.NewWriter(a)
		var in io.Reader
		for i := range 5 {
			fmt.Fprintf(out, "message %d\n", i)
			must(t, out.Flush())
			if in == nil {
				in = got(gzip.NewReader(a))(t)
			}
			readText(t, in, fmt.Sprintf("you said message %d\n", i))
		}
		must(t, out.Close())
		must(t, a.CloseWrite())
		wantEOF(t, in)
		_, err := server.Join()
		must(t, err)
	})
}

// A deadline before the rest of a block ends the Reader, as over package net.
func TestGzipDeadlineInTheMiddle(t *testing.T) {
	forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
		out := gzip.NewWriter(a)
		writeText(t, out, "whole")
		must(t, out.Flush())
		in := got(gzip.NewReader(b))(t)
		readText(t, in, "whole")
		must(t, b.SetReadDeadline(rt.Now().Add(time.Millisecond)))
		_, err := in.Read(make([]byte, 1))
		wantTimeout(t, "Read", err)
	})
}

func TestGzipInterrupted(t *testing.T) {
	t.Run("Reader", func(t *testing.T) {
		testInterruptedReads(t, "\x1f\x8b\x08\x00\x00", func(conn net.Conn) error { // half a header
			_, err := gzip.NewReader(conn)
			return err
		})
	})
	t.Run("Writer", func(t *testing.T) {
		testInterruptedWrites(t, func(conn net.Conn) error {
			out := gzip.NewWriter(conn)
			for {
				if _, err := io.WriteString(out, large[:100]); err != nil {
					return err
				}
				if err := out.Flush(); err != nil {
					return err
				}
			}
		})
	})
}
