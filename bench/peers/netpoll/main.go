// Program netpoll is an echo server on github.com/cloudwego/netpoll, set up as its documentation has it where the work of
// a request is small: one poller, and a plain goroutine, not one of its pool, for each batch of input. What came in is
// handed to the writer as it is.
//
//	netpoll PORT
package main

import (
	"context"
	"net"

	"github.com/cloudwego/netpoll"

	"github.com/eddy-go/eddy/bench/peers/contract"
)

func main() { contract.Main("netpoll", serve) }

func serve(listener net.Listener, count *contract.Count) error {
	err := netpoll.Configure(netpoll.Config{
		PollerNum: 1,
		Runner:    func(_ context.Context, f func()) { go f() },
	})
	if err != nil {
		return err
	}
	accepted := func(netpoll.Connection) context.Context {
		count.Accepts.Add(1)
		return &progress{Context: context.Background()}
	}
	echoInput := func(ctx context.Context, conn netpoll.Connection) error {
		return echo(ctx.(*progress), conn, count)
	}
	loop, err := netpoll.NewEventLoop(echoInput, netpoll.WithOnPrepare(accepted))
	if err != nil {
		return err
	}
	return loop.Serve(listener)
}

// progress is what a connection has echoed so far. One goroutine at a time serves a connection.
type progress struct {
	context.Context
	bytes int64
}

func echo(done *progress, conn netpoll.Connection, count *contract.Count) error {
	reader, writer := conn.Reader(), conn.Writer()
	input, err := reader.Next(reader.Len())
	if err != nil {
		return err
	}
	if _, err := writer.WriteBinary(input); err != nil {
		return err
	}
	if err := writer.Flush(); err != nil {
		if err := sendRest(conn.(netpoll.Conn).Fd(), input, done.bytes); err != nil {
			return err
		}
	}
	done.bytes += int64(len(input))
	count.Bytes.Add(int64(len(input)))
	return reader.Release()
}
