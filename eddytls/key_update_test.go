package eddytls_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/eddytls"
)

// besideRawPeer runs body with a server's Conn and its peer, and a task that writes so much that it waits for room.
func besideRawPeer(t *testing.T, body func(t *testing.T, rt *eddy.Runtime, conn *eddytls.Conn, p *rawPeer, written []byte, writer *eddy.JoinHandle[int])) {
	onLoop(t, func(t *testing.T, rt *eddy.Runtime) {
		a, b := streams(t, rt)
		conn := eddytls.Server(rt, b, serverConfig())
		h := eddy.Spawn(rt, func() (struct{}, error) { return struct{}{}, conn.Handshake() })
		p := newRawPeer(t, a)
		_, err := h.Join()
		must(t, err)
		text := pattern(1 << 20)
		writer := eddy.Spawn(rt, func() (int, error) { return conn.Write(text) })
		untilWaiting(t, rt, 1)
		body(t, rt, conn, p, text, writer)
	})
}

// F26: a peer that takes nothing asks for new keys. The task that reads has to answer, and another one is in the middle
// of a Write: a tls.Conn would want the mutex that the Write holds.
func TestKeyUpdateWhileAWriteWaits(t *testing.T) {
	besideRawPeer(t, func(t *testing.T, rt *eddy.Runtime, conn *eddytls.Conn, p *rawPeer, written []byte, writer *eddy.JoinHandle[int]) {
		for _, word := range []string{"one", "two", "three"} {
			p.send(p.keyUpdate(), p.text(word))
			readText(t, conn, word)
		}
		reader := rt.Spawn(func() { readText(t, conn, "four") }) // it waits, with the answers to the next ones to send
		p.send(p.keyUpdate(), p.keyUpdate())
		received := make([]byte, len(written))
		if _, err := io.ReadFull(p, received); err != nil || !bytes.Equal(received, written) {
			t.Fatalf("the peer read %v, the same text: %v", err, bytes.Equal(received, written))
		}
		if n, err := writer.Join(); n != len(written) || err != nil {
			t.Errorf("wrote %d bytes: %v", n, err)
		}
		p.send(p.text("four"))
		reader.Join()
		writeText(t, conn, "the end")
		readText(t, p, "the end")
		if p.updates != 5 {
			t.Errorf("%d key updates were answered, of 5", p.updates)
		}
		must(t, conn.Close())
		if err := p.receive(); err != io.EOF {
			t.Errorf("in place of a close_notify: %v", err)
		}
		must(t, p.s.Close())
	})
}

// F26: a Read that waits answers a key update at once, although nobody writes.
func TestKeyUpdateIsAnsweredWhileTheReadWaits(t *testing.T) {
	onLoop(t, func(t *testing.T, rt *eddy.Runtime) {
		a, b := streams(t, rt)
		conn := eddytls.Server(rt, b, serverConfig())
		reader := rt.Spawn(func() { readText(t, conn, "done") })
		p := newRawPeer(t, a)
		p.send(p.keyUpdate())
		for p.updates == 0 {
			must(t, p.receive())
		}
		p.send(p.text("done"))
		reader.Join()
		must(t, conn.Close())
		must(t, p.s.Close())
	})
}

// F26: so it is where the Read has returned, and none follows.
func TestKeyUpdateIsAnsweredBehindTheLastRead(t *testing.T) {
	onLoop(t, func(t *testing.T, rt *eddy.Runtime) {
		a, b := streams(t, rt)
		conn := eddytls.Server(rt, b, serverConfig())
		reader := rt.Spawn(func() { readText(t, conn, "one read") })
		p := newRawPeer(t, a)
		p.send(p.keyUpdate(), p.text("one read"))
		reader.Join()
		for p.updates == 0 {
			must(t, p.receive())
		}
		must(t, conn.Close())
		must(t, p.s.Close())
	})
}

// F26: an answer for which there is no time, because the write deadline of an earlier Write has passed, waits for the next
// Write, and breaks nothing.
func TestKeyUpdateUnderAPassedWriteDeadline(t *testing.T) {
	onLoop(t, func(t *testing.T, rt *eddy.Runtime) {
		a, b := streams(t, rt)
		conn := eddytls.Server(rt, b, serverConfig())
		reader := rt.Spawn(func() { readText(t, conn, "one") })
		p := newRawPeer(t, a)
		p.send(p.text("one"))
		reader.Join()
		for _, word := range []string{"two", "three"} {
			must(t, conn.SetWriteDeadline(rt.Now()))
			p.send(p.keyUpdate(), p.text(word))
			readText(t, conn, word)
			must(t, rt.Yield()) // the answer is tried
			must(t, rt.Yield())
			if eddytls.Unsent(conn) == 0 {
				t.Error("the answer is not kept")
			}
			must(t, conn.SetWriteDeadline(time.Time{}))
			writeText(t, conn, word)
			readText(t, p, word)
		}
		if p.updates != 2 {
			t.Errorf("%d key updates were answered", p.updates)
		}
		must(t, conn.Close())
		must(t, p.s.Close())
	})
}

// F26: behind a Write that was cut off nothing is sent and nothing kept, and what the peer sends is read all the same, new
// keys included.
func TestKeyUpdateBehindAWriteThatWasCutOff(t *testing.T) {
	besideRawPeer(t, func(t *testing.T, rt *eddy.Runtime, conn *eddytls.Conn, p *rawPeer, _ []byte, writer *eddy.JoinHandle[int]) {
		writer.Cancel()
		if _, err := writer.Join(); !errors.Is(err, eddy.ErrCanceled) {
			t.Errorf("got %v", err)
		}
		for _, word := range []string{"one", "two", "three"} {
			p.send(p.keyUpdate(), p.text(word))
			readText(t, conn, word)
			if n := eddytls.Unsent(conn); n != 0 {
				t.Errorf("%d bytes are kept", n)
			}
		}
		if _, err := conn.Write([]byte("more")); !errors.Is(err, eddy.ErrCanceled) || !strings.Contains(err.Error(), "a write was interrupted") {
			t.Errorf("the next write: %v", err)
		}
		must(t, conn.Close())
		must(t, p.s.Close())
	})
}

// F26: what a peer can make us keep is bounded, however often it asks for new keys without reading the answers. Reads go
// on, and writes say why they do not.
func TestKeyUpdatesThatAreNotReadAreBounded(t *testing.T) {
	besideRawPeer(t, func(t *testing.T, rt *eddy.Runtime, conn *eddytls.Conn, p *rawPeer, _ []byte, writer *eddy.JoinHandle[int]) {
		const times = 3000
		flood := rt.Spawn(func() {
			for range times {
				p.send(p.keyUpdate(), p.text("x"))
			}
		})
		most, buf := 0, make([]byte, 1)
		for range times {
			_, err := conn.Read(buf)
			must(t, err)
			most = max(most, eddytls.Unsent(conn))
		}
		flood.Join()
		if most > 40<<10 || most < 10<<10 {
			t.Errorf("up to %d bytes were kept", most)
		}
		drain := rt.Spawn(func() { io.Copy(io.Discard, p) })
		if n, err := writer.Join(); err == nil || !strings.Contains(err.Error(), "does not read them") {
			t.Errorf("wrote %d bytes: %v", n, err)
		}
		if _, err := conn.Write(buf); err == nil {
			t.Error("wrote after that")
		}
		p.send(p.text("still heard"))
		readText(t, conn, "still heard")
		must(t, conn.Close())
		drain.Join()
		must(t, p.s.Close())
	})
}

// F26: a record that cannot be decrypted makes a Read send an alert while a Write waits.
func TestBadRecordWhileAWriteWaits(t *testing.T) {
	besideRawPeer(t, func(t *testing.T, rt *eddy.Runtime, conn *eddytls.Conn, p *rawPeer, written []byte, writer *eddy.JoinHandle[int]) {
		record := p.text("spoilt")
		record[len(record)-1] ^= 1
		p.send(record)
		for range 2 { // it has ended for good
			if _, err := conn.Read(make([]byte, 1)); err == nil || !strings.Contains(err.Error(), "bad record MAC") {
				t.Errorf("read: %v", err)
			}
		}
		received, err := io.ReadAll(p)
		if err == nil || !strings.Contains(err.Error(), "bad record MAC") {
			t.Errorf("the peer got %v in place of an alert", err)
		}
		if !bytes.Equal(received, written[:len(received)]) {
			t.Error("what came before the alert is not what was written")
		}
		if n, err := writer.Join(); err == nil || n > len(received) || n < len(received)-16<<10 {
			t.Errorf("wrote %d bytes, %v; the peer got %d", n, err, len(received))
		}
		must(t, conn.Close())
		must(t, p.s.Close())
	})
}
