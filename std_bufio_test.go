//go:build unix

package eddy_test

import (
	"bufio"
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
)

// Lines come whole out of a Reader and a Scanner, however the peer's bytes come.
func TestBufioLines(t *testing.T) {
	forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
		peer := rt.Spawn(func() {
			dribble(t, rt, a, "first\r\nsec")
			dribble(t, rt, a, "ond\nthird\n"+"rest")
			must(t, a.CloseWrite())
		})
		r := bufio.NewReaderSize(b, 16)
		if p, err := r.Peek(5); string(p) != "first" || err != nil {
			t.Errorf("Peek: %q, %v", p, err)
		}
		if line, err := r.ReadString('\n'); line != "first\r\n" || err != nil {
			t.Errorf("ReadString: %q, %v", line, err)
		}
		lines := bufio.NewScanner(r)
		for _, want := range []string{"second", "third", "rest"} {
			if !lines.Scan() || lines.Text() != want {
				t.Errorf("Scan: %q, %v; want %q", lines.Text(), lines.Err(), want)
			}
		}
		if lines.Scan() || lines.Err() != nil {
			t.Errorf("Scan at the end: %q, %v", lines.Text(), lines.Err())
		}
		peer.Join()
	})
}

// A deadline in the middle of a line loses nothing: the bytes before it are returned, and the rest follows later.
func TestBufioReaderAfterDeadline(t *testing.T) {
	forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
		r := bufio.NewReader(b)
		writeText(t, a, "one ")
		must(t, b.SetReadDeadline(rt.Now().Add(5*time.Millisecond)))
		begun, err := r.ReadString('\n')
		wantTimeout(t, "ReadString", err)
		must(t, b.SetReadDeadline(time.Time{}))
		writeText(t, a, "line\n")
		rest, err := r.ReadString('\n')
		must(t, err)
		if begun+rest != "one line\n" {
			t.Errorf("%q and %q", begun, rest)
		}
	})
}

// A Writer passes on what a full socket takes, keeps its error, and has the rest in its buffer.
func TestBufioWriter(t *testing.T) {
	forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
		reader := eddy.Spawn(rt, func() (string, error) {
			data, err := io.ReadAll(b)
			return string(data), err
		})
		w := bufio.NewWriterSize(a, 1000)
		for text := large; text != ""; text = text[min(len(text), 777):] {
			writeText(t, w, text[:min(len(text), 777)])
		}
		must(t, w.Flush())
		must(t, a.CloseWrite())
		if text, err := reader.Join(); text != large || err != nil {
			t.Errorf("%d bytes came: %v", len(text), err)
		}

		fill(t, rt, b)
		w = bufio.NewWriter(b)
		writeText(t, w, "kept")
		must(t, b.SetWriteDeadline(rt.Now().Add(time.Millisecond)))
		wantTimeout(t, "Flush", w.Flush())
		must(t, b.SetWriteDeadline(time.Time{}))
		if _, err := w.WriteString("x"); !errors.Is(err, os.ErrDeadlineExceeded) || w.Buffered() != 4 {
			t.Errorf("after a failure: %v, %d bytes buffered", err, w.Buffered())
		}
	})
}

// One task reads from a ReadWriter while another writes to it.
func TestBufioReadWriter(t *testing.T) {
	forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
		rt.Spawn(func() { io.Copy(b, b); b.CloseWrite() })
		rw := bufio.NewReadWriter(bufio.NewReader(a), bufio.NewWriter(a))
		writer := eddy.Spawn(rt, func() (struct{}, error) {
			_, err := rw.WriteString(large)
			return struct{}{}, errors.Join(err, rw.Flush(), a.CloseWrite())
		})
		back, err := io.ReadAll(rw)
		if string(back) != large || err != nil {
			t.Errorf("%d bytes came back: %v", len(back), err)
		}
		_, err = writer.Join()
		must(t, err)
	})
}

func TestBufioInterrupted(t *testing.T) {
	t.Run("Reader", func(t *testing.T) {
		testInterruptedReads(t, "half a li", func(conn net.Conn) error {
			_, err := bufio.NewReader(conn).ReadString('\n')
			return err
		})
	})
	t.Run("Scanner", func(t *testing.T) {
		testInterruptedReads(t, "half a li", func(conn net.Conn) error {
			lines := bufio.NewScanner(conn)
			for lines.Scan() {
			}
			return lines.Err()
		})
	})
	t.Run("Writer", func(t *testing.T) {
		testInterruptedWrites(t, func(conn net.Conn) error {
			w := bufio.NewWriter(conn)
			for {
				if _, err := w.WriteString("a line\n"); err != nil {
					return err
				}
			}
		})
	})
}
