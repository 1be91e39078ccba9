//go:build unix

package eddy_test

import (
	"encoding/json"
	"io"
	"net"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
)

// A Decoder takes value after value from a peer that dribbles, while an Encoder answers on the same stream.
func TestJSONStreams(t *testing.T) {
	type message struct {
		N    int
		Text string
	}
	forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
		server := eddy.Spawn(rt, func() (struct{}, error) {
			defer b.CloseWrite()
			in, out := json.NewDecoder(b), json.NewEncoder(b)
			for {
				var m message
				if err := in.Decode(&m); err != nil {
					return struct{}{}, err
				}
				m.N++
				if err := out.Encode(m); err != nil {
					return struct{}{}, err
				}
			}
		})
		answers := json.NewDecoder(a)
		for _, text := range []string{`{"N": 1, "Te`, `xt": "ä"}{"N":`, "2}\n\n", ` {"N":3} {"N":4}`} {
			dribble(t, rt, a, text)
		}
		for n := 2; n <= 5; n++ {
			var m message
			if must(t, answers.Decode(&m)); m.N != n || (n == 2) != (m.Text == "ä") {
				t.Errorf("answer %d: %+v", n, m)
			}
		}
		text := large[:1<<20]
		writer := eddy.Spawn(rt, func() (struct{}, error) {
			defer a.CloseWrite()
			return struct{}{}, json.NewEncoder(a).Encode(message{6, text})
		})
		var m message
		if must(t, answers.Decode(&m)); m.N != 7 || m.Text != text {
			t.Errorf("the large one: %d, %d bytes", m.N, len(m.Text))
		}
		_, err := writer.Join()
		must(t, err)
		if _, err := server.Join(); err != io.EOF {
			t.Errorf("at the end: %v", err)
		}
	})
}

// A read deadline in the middle of a value ends the Decoder, as over package net; what it had read is there for the
// next one.
func TestJSONDeadlineInTheMiddle(t *testing.T) {
	forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
		writeText(t, a, `{"a": 1} {"a": `)
		in := json.NewDecoder(b)
		var v struct{ A int }
		must(t, in.Decode(&v))
		must(t, b.SetReadDeadline(rt.Now().Add(time.Millisecond)))
		wantTimeout(t, "Decode", in.Decode(&v))
		must(t, b.SetReadDeadline(time.Time{}))
		wantTimeout(t, "Decode again", in.Decode(&v))
		writeText(t, a, `2}`)
		if must(t, json.NewDecoder(io.MultiReader(in.Buffered(), b)).Decode(&v)); v.A != 2 {
			t.Errorf("%+v", v)
		}
	})
}

func TestJSONInterrupted(t *testing.T) {
	t.Run("Decoder", func(t *testing.T) {
		testInterruptedReads(t, `{"a": [1, 2, `, func(conn net.Conn) error {
			var v any
			return json.NewDecoder(conn).Decode(&v)
		})
	})
	t.Run("Encoder", func(t *testing.T) {
		testInterruptedWrites(t, func(conn net.Conn) error {
			out := json.NewEncoder(conn)
			for {
				if err := out.Encode(large[:1000]); err != nil {
					return err
				}
			}
		})
	})
}
