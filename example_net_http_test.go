package eddy_test

import (
	"context"
	"fmt"
	"io"
	"net/http"

	"github.com/eddy-go/eddy"
)

// Package net/http's server and client stay as they are, on their own goroutines; all their connections are the loop's.
func ExampleRuntime_NetListener() {
	err := eddy.BlockOn(func(rt *eddy.Runtime) error {
		l, err := rt.ListenTCP("127.0.0.1:0")
		if err != nil {
			return err
		}
		server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprintln(w, "hello from", r.URL.Path)
		})}
		h := rt.Handle()
		go func() {
			defer h.Release()
			transport := &http.Transport{DialContext: h.DialContext}
			r, err := (&http.Client{Transport: transport}).Get("http://" + l.Addr().String() + "/eddy")
			if err == nil {
				text, _ := io.ReadAll(r.Body)
				fmt.Printf("%s %s", r.Status, text)
				r.Body.Close()
			}
			transport.CloseIdleConnections()
			server.Shutdown(context.Background())
		}()
		_, err = eddy.Await(rt, eddy.Offload(rt, func() (struct{}, error) {
			return struct{}{}, server.Serve(rt.NetListener(l))
		}))
		return err
	})
	fmt.Println(err)
	// Output:
	// 200 OK hello from /eddy
	// http: Server closed
}

// A goroutine reads and writes a connection of the loop's; the task that made it waits for the goroutine.
func ExampleRuntime_NetConn() {
	eddy.BlockOn(func(rt *eddy.Runtime) error {
		l, err := rt.ListenTCP("127.0.0.1:0")
		if err != nil {
			return err
		}
		defer l.Close()
		rt.Spawn(func() {
			if s, err := l.AcceptTCP(); err == nil {
				defer s.Close()
				io.Copy(s, s)
			}
		})
		s, err := rt.DialTCP(l.Addr().String())
		if err != nil {
			return err
		}
		c := rt.NetConn(s)
		text, err := eddy.Await(rt, eddy.Offload(rt, func() (string, error) {
			defer c.Close()
			buf := make([]byte, 5)
			io.WriteString(c, "hello")
			_, err := io.ReadFull(c, buf)
			return string(buf), err
		}))
		fmt.Println(text, err)
		return nil
	})
	// Output: hello <nil>
}

func ExampleHandle_DialContext() {
	eddy.BlockOn(func(rt *eddy.Runtime) error {
		l, err := rt.ListenTCP("127.0.0.1:0")
		if err != nil {
			return err
		}
		rt.Spawn(func() {
			if s, err := l.AcceptTCP(); err == nil {
				defer s.Close()
				io.WriteString(s, "welcome")
			}
		})
		h := rt.Handle()
		ended := make(chan struct{})
		go func() { // for instance a database driver
			defer close(ended)
			defer h.Release()
			c, err := h.DialContext(context.Background(), "tcp", l.Addr().String())
			if err != nil {
				fmt.Println(err)
				return
			}
			defer c.Close()
			text, err := io.ReadAll(c)
			fmt.Println(string(text), err)
		}()
		_, err = eddy.Await(rt, eddy.Offload(rt, func() (struct{}, error) { <-ended; return struct{}{}, nil }))
		return err
	})
	// Output: welcome <nil>
}
