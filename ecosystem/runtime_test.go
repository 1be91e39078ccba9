package ecosystem

import (
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/valyala/fasthttp"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/eddytest"
)

// run runs body as the main task of a runtime that looks where its methods are called, and sees that nothing is left
// behind.
func run(t *testing.T, body func(rt *eddy.Runtime)) {
	t.Helper()
	runWith(t, eddy.Config{}, body)
}

func runWith(t *testing.T, c eddy.Config, body func(rt *eddy.Runtime)) {
	t.Helper()
	startDate()
	eddytest.Baseline(t)
	c.CheckThread = true
	c.Logger = slog.New(slog.NewTextHandler(t.Output(), nil))
	rt, err := eddy.New(c)
	must(t, err)
	must(t, rt.BlockOn(func(rt *eddy.Runtime) error {
		body(rt)
		return nil
	}))
}

// startDate makes fasthttp start the goroutine that keeps the time of its Date headers, and never ends.
var startDate = sync.OnceFunc(func() {
	var r fasthttp.Response
	r.WriteTo(io.Discard)
})

// connect returns both ends of a connection.
func connect(t *testing.T, rt *eddy.Runtime) (client, server *eddy.TCPStream) {
	t.Helper()
	l, err := rt.ListenTCP("127.0.0.1:0")
	must(t, err)
	defer l.Close()
	client, err = rt.DialTCP(l.Addr().String())
	must(t, err)
	server, err = l.AcceptTCP()
	must(t, err)
	return client, server
}

// dribble writes text byte by byte, and lets the loop turn after each.
func dribble(t *testing.T, rt *eddy.Runtime, w io.Writer, text string) {
	t.Helper()
	for i := range len(text) {
		write(t, w, text[i:i+1])
		must(t, rt.Yield())
	}
}

func write(t *testing.T, w io.Writer, text string) {
	t.Helper()
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
}

// read reads exactly as many bytes as want has, and compares.
func read(t *testing.T, r io.Reader, want string) {
	t.Helper()
	buf := make([]byte, len(want))
	if n, err := io.ReadFull(r, buf); err != nil || string(buf) != want {
		t.Fatalf("read %q and %v; want %q", buf[:n], err, want)
	}
}

// untilWaiting lets the loop turn until n tasks wait: all that the test has started.
func untilWaiting(t *testing.T, rt *eddy.Runtime, n int) {
	t.Helper()
	for range 1_000_000 {
		waiting := 0
		for _, task := range rt.Tasks() {
			if task.State == "waiting" {
				waiting++
			}
		}
		if waiting == n {
			return
		}
		must(t, rt.Yield())
	}
	t.Fatalf("a million turns, and not %d tasks that wait", n)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// large is longer than the buffers of the libraries and of the sockets together.
var large = strings.Repeat("0123456789abcdef", 1<<20)
