// Program 6-partition runs a client and a server in a simulated world, and cuts the network between them for a while.
//
// Both hosts are whole runtimes, with the loop, the timers and the sockets that run in production; only the kernel under
// them is another. The world's clock jumps to whatever happens next, so that its minutes take no time. The client asks
// every 10 seconds. While the link is cut TCP sends its question again and again, at longer and longer intervals, and
// what was lost arrives after the cut as if nothing had been: only late.
//
//	$ go run ./examples/6-partition [seed]
package main

import (
	"fmt"
	"io"
	"log"
	"os"
	"strconv"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/sim"
)

func main() {
	seed := uint64(1)
	if len(os.Args) > 1 {
		var err error
		if seed, err = strconv.ParseUint(os.Args[1], 10, 64); err != nil {
			log.Fatal(err)
		}
	}
	w := sim.New(seed, sim.Config{})
	server := w.Host("server", serve)
	client := w.Host("client", func(rt *eddy.Runtime) error { return ask(rt, server.Address(80)) })

	w.Run(25 * time.Second)
	fmt.Println(w.Elapsed(), "the link is cut")
	w.Partition(server, client)
	w.Run(20 * time.Second)
	fmt.Println(w.Elapsed(), "the link is mended")
	w.Heal(server, client)

	w.RunUntil(client.Done)
	fmt.Printf("%v the client has ended: %v; trace hash %016x\n", w.Elapsed().Round(time.Second), client.Err(), w.Sum())
	if err := w.Close(); err != nil {
		log.Fatal(err)
	}
}

// serve echoes.
func serve(rt *eddy.Runtime) error {
	listener, err := rt.ListenTCP(":80")
	if err != nil {
		return err
	}
	for {
		stream, err := listener.AcceptTCP()
		if err != nil {
			return err
		}
		rt.Spawn(func() {
			defer stream.Close()
			io.Copy(stream, stream)
		})
	}
}

// ask sends six questions, one every 10 seconds, and waits for each answer.
func ask(rt *eddy.Runtime, address string) error {
	stream, err := rt.DialTCP(address)
	if err != nil {
		return err
	}
	defer stream.Close()
	began := rt.Now()
	for i := range 6 {
		if err := rt.Sleep(10 * time.Second); err != nil {
			return err
		}
		asked := rt.Now()
		question := fmt.Appendf(nil, "question %d", i)
		if _, err := stream.Write(question); err != nil {
			return err
		}
		if _, err := io.ReadFull(stream, question); err != nil {
			return err
		}
		fmt.Printf("%v %s: answered after %v\n", rt.Now().Sub(began).Round(time.Second), question, rt.Now().Sub(asked).Round(time.Millisecond))
	}
	return nil
}
