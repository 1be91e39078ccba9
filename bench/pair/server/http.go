package main

import (
	"github.com/valyala/fasthttp"

	"github.com/eddy-go/eddy"
)

// hello is the same on both sides, and costs next to nothing: what is measured is how a request comes and an answer goes.
var hello = &fasthttp.Server{Handler: func(ctx *fasthttp.RequestCtx) { ctx.WriteString("Hello, World!") }}

func httpOnNet(address string) error { return hello.ListenAndServe(address) }

func httpOnEddy(address string) error {
	return eddy.BlockOn(func(rt *eddy.Runtime) error {
		listener, err := rt.ListenTCP(address)
		if err != nil {
			return err
		}
		for {
			stream, err := listener.AcceptTCP()
			if err != nil {
				return err
			}
			rt.Spawn(func() { hello.ServeConn(stream) })
		}
	})
}
