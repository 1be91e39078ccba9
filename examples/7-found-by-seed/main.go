// Program 7-found-by-seed lets the simulation find a bug that tests on a real network hardly ever meet.
//
// The server below keeps one buffer for all its clients. That looks safe: one thread, no locks, and the buffer is used
// between a read and a write that follow each other. But a write that finds no room parks its task in the middle, another
// client's bytes are read into the same buffer, and the first client gets the rest of somebody else's message. On a local
// network with small messages a write never finds no room. Under faults it does: a world in which some writes are cut
// short needs a few seeds. The number of the seed is all it takes to see the same run again, in a debugger if need be.
//
//	$ go run ./examples/7-found-by-seed
package main

import (
	"errors"
	"fmt"
	"io"
	"log"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/sim"
)

func main() {
	for seed := range uint64(1000) {
		if err := world(seed, serve); err != nil {
			fmt.Printf("seed %d: %v\n", seed, err)
			return
		}
	}
	log.Fatal("no seed has found the bug")
}

// world runs the server and three clients, and returns what a client complains about.
func world(seed uint64, serve func(rt *eddy.Runtime) error) error {
	w := sim.New(seed, sim.Config{Faults: sim.Faults{sim.ShortWrite: {Chance: 0.002}}})
	server := w.Host("server", serve)
	var clients []*sim.Host
	for _, name := range []string{"ann", "bob", "cay"} {
		clients = append(clients, w.Host(name, func(rt *eddy.Runtime) error { return talk(rt, server.Address(80), name) }))
	}
	var complaints error
	for _, c := range clients {
		w.RunUntil(c.Done)
		complaints = errors.Join(complaints, c.Err())
	}
	return errors.Join(complaints, w.Close())
}

// serve echoes, with the bug.
func serve(rt *eddy.Runtime) error {
	listener, err := rt.ListenTCP(":80")
	if err != nil {
		return err
	}
	buf := make([]byte, 1024) // "one thread, so one buffer is enough"
	for {
		stream, err := listener.AcceptTCP()
		if err != nil {
			return err
		}
		rt.Spawn(func() {
			defer stream.Close()
			for {
				n, err := stream.Read(buf)
				if err != nil {
					return
				}
				if _, err := stream.Write(buf[:n]); err != nil { // it may park, and others go on
					return
				}
			}
		})
	}
}

// talk sends a client's name and wants it back.
func talk(rt *eddy.Runtime, address, name string) error {
	stream, err := rt.DialTCP(address)
	if err != nil {
		return err
	}
	defer stream.Close()
	for range 20 {
		if _, err := io.WriteString(stream, name); err != nil {
			return err
		}
		answer := make([]byte, len(name))
		if _, err := io.ReadFull(stream, answer); err != nil {
			return err
		}
		if string(answer) != name {
			return fmt.Errorf("%s was called %q", name, answer)
		}
		if err := rt.Sleep(time.Millisecond); err != nil {
			return err
		}
	}
	return nil
}
