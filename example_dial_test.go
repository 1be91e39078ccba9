package eddy_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"time"

	"github.com/eddy-go/eddy"
)

// lookUpExample is a resolver for examples, which ask no name server.
func lookUpExample(_ context.Context, network, host string) ([]netip.Addr, error) {
	if host == "greeter.example" && network == "ip4" {
		return []netip.Addr{netip.MustParseAddr("127.0.0.1")}, nil
	}
	return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
}

// withGreeter runs fn beside a server that greets, on a runtime with a resolver that knows its name.
func withGreeter(fn func(rt *eddy.Runtime, address string) error) {
	rt, err := eddy.New(eddy.Config{LookupIP: lookUpExample})
	if err != nil {
		fmt.Println(err)
		return
	}
	err = rt.BlockOn(func(rt *eddy.Runtime) error {
		listener, err := rt.ListenTCP("127.0.0.1:0")
		if err != nil {
			return err
		}
		rt.Spawn(func() {
			for {
				stream, err := listener.AcceptTCP()
				if err != nil {
					return
				}
				io.WriteString(stream, "hello")
				stream.Close()
			}
		})
		_, port, _ := strings.Cut(listener.Addr().String(), ":")
		return fn(rt, "greeter.example:"+port)
	})
	if err != nil {
		fmt.Println(err)
	}
}

// A name is looked up outside the loop, and all its addresses are tried.
func ExampleRuntime_Dial() {
	withGreeter(func(rt *eddy.Runtime, address string) error {
		stream, err := rt.Dial("tcp", address)
		if err != nil {
			return err
		}
		defer stream.Close()
		greeting, err := io.ReadAll(stream)
		fmt.Printf("%s\n", greeting)
		if err != nil {
			return err
		}

		_, err = rt.Dial("tcp", "nobody.example:80")
		fmt.Println(err)
		return nil
	})
	// Output:
	// hello
	// dial tcp: lookup nobody.example: no such host
}

// The context limits the lookup and all attempts together. WithTimeout does the same for every wait in a function.
func ExampleRuntime_DialContext() {
	withGreeter(func(rt *eddy.Runtime, address string) error {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		stream, err := rt.DialContext(ctx, "tcp", address)
		cancel() // it was for the dial alone
		if err != nil {
			return err
		}
		defer stream.Close()
		greeting, err := io.ReadAll(stream)
		fmt.Printf("%s\n", greeting)

		_, late := rt.DialContext(ctx, "tcp", address)
		fmt.Println(errors.Is(late, context.Canceled))
		return err
	})
	// Output:
	// hello
	// true
}

// A program may have a resolver of its own: here one that knows a single name.
func ExampleRuntime_LookupIP() {
	withGreeter(func(rt *eddy.Runtime, _ string) error {
		addresses, err := rt.LookupIP("ip", "greeter.example")
		fmt.Println(addresses, err)
		addresses, err = rt.LookupIP("ip", "localhost") // needs no resolver
		fmt.Println(addresses, err)
		return nil
	})
	// Output:
	// [127.0.0.1] <nil>
	// [::1 127.0.0.1] <nil>
}
