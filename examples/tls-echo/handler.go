package main

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"
	"time"
)

// limit is how long a client may take for the handshake, and for each line.
const limit = 10 * time.Second

var newline = []byte{'\n'}

// handle speaks TLS on conn: it tells the client what was agreed on, then sends back line after line, until the client
// ends or takes too long. It knows nothing of eddy.
func handle(conn net.Conn, config *tls.Config) {
	secure := tls.Server(conn, config)
	defer secure.Close()

	secure.SetDeadline(time.Now().Add(limit))
	if err := secure.Handshake(); err != nil {
		return
	}
	state := secure.ConnectionState()
	in, out := bufio.NewReader(secure), bufio.NewWriter(secure)
	fmt.Fprintln(out, "hello over", tls.VersionName(state.Version))
	for {
		if here, _ := in.Peek(in.Buffered()); !bytes.Contains(here, newline) { // the next read waits: first send what is written
			if err := out.Flush(); err != nil {
				return
			}
			secure.SetDeadline(time.Now().Add(limit))
		}
		line, err := in.ReadSlice('\n')
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return // a write would fail, too, and break the record with which Close says goodbye
		}
		out.Write(line)
		if err != nil { // io.EOF: the client has ended; also a line that is too long
			out.Flush()
			return
		}
	}
}
