//go:build guardprobe

// The probe is a file that the guard adds to a server's main package when it builds it (go build -overlay). The rest of
// the server is the tree's, unchanged.
//
// It listens to stdin: signals would do, but callgrind 3.19 does not survive them in a Go program. Each line is answered
// by one on stdout with what Go's runtime has counted; the line "collect" first gives unused memory back. The end of
// stdin ends the process as it is, with exit code 0. Between lines the probe is one goroutine in a blocked read, on a
// thread of its own: it costs the server nothing.
package main

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
)

func init() {
	go func() {
		var m runtime.MemStats
		in := bufio.NewScanner(os.Stdin)
		for in.Scan() {
			if in.Text() == "collect" {
				debug.FreeOSMemory()
			}
			runtime.ReadMemStats(&m)
			fmt.Println("guard:", m.Mallocs, m.TotalAlloc, m.HeapAlloc, m.StackInuse)
		}
		os.Exit(0)
	}()
}
