package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/eddy-go/eddy"
)

// checkOneClient sends one line, as nc would.
func checkOneClient(rt *eddy.Runtime) error {
	return withServer(rt, 0, func(address string) error {
		return withClient(rt, address, func(stream *eddy.TCPStream) error {
			return roundTrip(stream, "hello\n")
		})
	})
}

// checkManyClients has 100 clients send in turn, each a message of its own, before any of them reads.
func checkManyClients(rt *eddy.Runtime) error {
	const clients, rounds = 100, 20
	return withServer(rt, 0, func(address string) error {
		streams := make([]*eddy.TCPStream, clients)
		for i := range streams {
			stream, err := rt.DialTCP(address)
			if err != nil {
				return err
			}
			defer stream.Close()
			streams[i] = stream
		}
		for round := range rounds {
			message := func(i int) string { return fmt.Sprintf("round %d of client %d\n", round, i) }
			for i, stream := range streams {
				if _, err := io.WriteString(stream, message(i)); err != nil {
					return err
				}
			}
			for i, stream := range streams {
				if err := expect(stream, message(i)); err != nil {
					return fmt.Errorf("client %d: %w", i, err)
				}
			}
		}
		return nil
	})
}

// checkHalfClose ends the client's direction right behind its bytes: they still come back, and then the end.
func checkHalfClose(rt *eddy.Runtime) error {
	return withServer(rt, 0, func(address string) error {
		return withClient(rt, address, func(stream *eddy.TCPStream) error {
			const message = "the last words"
			if _, err := io.WriteString(stream, message); err != nil {
				return err
			}
			if err := stream.CloseWrite(); err != nil {
				return err
			}
			if err := expect(stream, message); err != nil {
				return err
			}
			return expectEnd(stream)
		})
	})
}

func roundTrip(stream io.ReadWriter, message string) error {
	if _, err := io.WriteString(stream, message); err != nil {
		return err
	}
	return expect(stream, message)
}

func expect(stream io.Reader, message string) error {
	got := make([]byte, len(message))
	if _, err := io.ReadFull(stream, got); err != nil {
		return err
	}
	if string(got) != message {
		return fmt.Errorf("%q was echoed as %q", message, got)
	}
	return nil
}

func expectEnd(stream io.Reader) error {
	switch n, err := stream.Read(make([]byte, 1)); {
	case n > 0:
		return errors.New("more came back than was sent")
	case err != io.EOF:
		return fmt.Errorf("not the end of the stream but %w", err)
	}
	return nil
}
