//go:build unix

package eddy_test

import (
	"io"
	"net"
	"net/textproto"
	"strings"
	"testing"

	"github.com/eddy-go/eddy"
)

// mailbox serves one client of a protocol like SMTP, with nothing but net/textproto, and keeps the messages.
func mailbox(conn net.Conn, keep func(from, text string)) error {
	c := textproto.NewConn(conn)
	defer c.Close()
	if err := c.PrintfLine("220-mailbox\r\n220 ready"); err != nil {
		return err
	}
	var from string
	for {
		line, err := c.ReadLine()
		if err != nil {
			return err
		}
		switch verb, argument, _ := strings.Cut(line, " "); verb {
		case "MAIL":
			from = argument
			err = c.PrintfLine("250 ok")
		case "DATA":
			if err := c.PrintfLine("354 end with a dot"); err != nil {
				return err
			}
			text, err := io.ReadAll(c.DotReader())
			if err != nil {
				return err
			}
			keep(from, string(text))
			err = c.PrintfLine("250 kept %d bytes", len(text))
			if err != nil {
				return err
			}
		case "QUIT":
			return c.PrintfLine("221 bye")
		default:
			err = c.PrintfLine("500 what is %q?", verb)
		}
		if err != nil {
			return err
		}
	}
}

// ask sends a line and reads the answer's last line.
func ask(c *textproto.Conn, code int, format string, args ...any) (string, error) {
	id, err := c.Cmd(format, args...)
	if err != nil {
		return "", err
	}
	c.StartResponse(id)
	defer c.EndResponse(id)
	_, message, err := c.ReadResponse(code)
	return message, err
}

// An exchange like SMTP: answers of several lines, commands, a text that ends with a dot, and one that is refused.
func TestTextprotoMail(t *testing.T) {
	forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
		kept := map[string]string{}
		server := eddy.Spawn(rt, func() (struct{}, error) {
			return struct{}{}, mailbox(b, func(from, text string) { kept[from] = text })
		})
		c := textproto.NewConn(a)
		if _, greeting, err := c.ReadResponse(220); greeting != "mailbox\nready" || err != nil {
			t.Errorf("greeting: %q, %v", greeting, err)
		}
		texts := map[string]string{"small": "one\n.dot\n..\n", "large": strings.Repeat(".a line\n", 1<<17)}
		for from, text := range texts {
			if _, err := ask(c, 250, "MAIL %s", from); err != nil {
				t.Fatal(err)
			}
			if _, err := ask(c, 354, "DATA"); err != nil {
				t.Fatal(err)
			}
			w := c.DotWriter()
			writeText(t, w, text)
			must(t, w.Close())
			if _, message, err := c.ReadResponse(250); !strings.HasPrefix(message, "kept") || err != nil {
				t.Errorf("%q, %v", message, err)
			}
			if kept[from] != text {
				t.Errorf("%s: %d bytes were kept, want %d", from, len(kept[from]), len(text))
			}
		}
		if _, err := ask(c, 250, "HELP"); err == nil || !strings.HasPrefix(err.Error(), "500 ") {
			t.Errorf("HELP: %v", err)
		}
		dribble(t, rt, a, "MAIL slow")
		dribble(t, rt, a, "ly\r\nQUIT\r\n") // two commands at once
		for _, code := range []int{250, 221} {
			if _, _, err := c.ReadResponse(code); err != nil {
				t.Error(err)
			}
		}
		_, err := server.Join()
		must(t, err)
	})
}

func TestTextprotoInterrupted(t *testing.T) {
	t.Run("ReadLine", func(t *testing.T) {
		testInterruptedReads(t, "MAIL from\r\n", func(conn net.Conn) error {
			c := textproto.NewConn(conn)
			if _, err := c.ReadLine(); err != nil {
				return err
			}
			_, err := c.ReadLine()
			return err
		})
	})
	t.Run("ReadMIMEHeader", func(t *testing.T) {
		testInterruptedReads(t, "Subject: a\r\n", func(conn net.Conn) error {
			_, err := textproto.NewConn(conn).ReadMIMEHeader()
			return err
		})
	})
	t.Run("DotReader", func(t *testing.T) {
		testInterruptedReads(t, "text\r\n.more", func(conn net.Conn) error {
			_, err := io.ReadAll(textproto.NewConn(conn).DotReader())
			return err
		})
	})
	t.Run("PrintfLine", func(t *testing.T) {
		testInterruptedWrites(t, func(conn net.Conn) error {
			c := textproto.NewConn(conn)
			for {
				if err := c.PrintfLine("250 %s", large[:1000]); err != nil {
					return err
				}
			}
		})
	})
}
