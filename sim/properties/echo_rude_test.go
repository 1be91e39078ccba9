package properties_test

import (
	"errors"
	"io"
	"os"

	"github.com/eddy-go/eddy"
)

// rudeness is a way in which a client misbehaves.
type rudeness int

const (
	silent     rudeness = iota // connects and says nothing
	deaf                       // sends and never reads
	abrupt                     // resets the connection while its message is under way
	rudenesses                 // how many there are
)

// deafPieces is how many pieces a deaf client tries to send: more than any buffers take.
const deafPieces = 64

var rudenessNames = [rudenesses]string{"silent client", "deaf client", "abrupt client"}

// beRude misbehaves on a connection. Whatever comes of that is explained, but to nobody else.
func (c *echoClient) beRude(rt *eddy.Runtime, k *conn) error {
	kind := rudeness(c.echo.rng.IntN(int(rudenesses)))
	c.echo.rude[kind]++
	k.explained = true
	s := &session{echoClient: c, rt: rt, conn: k}
	switch kind {
	case silent:
		err := rt.WithTimeout(2*c.echo.idle, func() error {
			_, err := k.stream.Read(make([]byte, 1))
			return err
		})
		if err == io.EOF {
			k.clientEnd = true
		}
		return orEnd(err)
	case deaf:
		k.stream.SetWriteDeadline(rt.Now().Add(c.echo.upTo(2 * c.echo.idle)))
		for range deafPieces {
			if err := s.write(maxPiece / 4); err != nil {
				return orEnd(err)
			}
		}
		return nil
	default:
		k.stream.SetLinger(0)
		return s.write(c.echo.size())
	}
}

// orEnd passes an error on, unless it is what a rude client has to expect.
func orEnd(err error) error {
	if err == io.EOF || errors.Is(err, os.ErrDeadlineExceeded) {
		return nil
	}
	return err
}
