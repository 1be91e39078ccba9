package eddytls_test

import (
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/eddytls"
)

// F26: a copy whose writer waits holds up no Read of another task: data, a deadline and a Close reach it.
func TestReadBesideACopyWhoseWriterWaits(t *testing.T) {
	for name, test := range map[string]struct {
		end  func(rt *eddy.Runtime, client, server *eddytls.Conn) error
		want error
	}{
		"data":     {func(_ *eddy.Runtime, client, _ *eddytls.Conn) error { _, err := client.Write([]byte{1}); return err }, nil},
		"deadline": {func(rt *eddy.Runtime, _, server *eddytls.Conn) error { return server.SetReadDeadline(rt.Now()) }, os.ErrDeadlineExceeded},
		"Close":    {func(_ *eddy.Runtime, _, server *eddytls.Conn) error { return server.Close() }, net.ErrClosed},
	} {
		t.Run(name, func(t *testing.T) {
			onLoop(t, func(t *testing.T, rt *eddy.Runtime) {
				client, server := pair(t, rt)
				w := &stuck{rt: rt}
				copying := eddy.Spawn(rt, func() (int64, error) { return io.Copy(w, server) })
				writeText(t, client, "x")
				until(t, rt, "the writer waits", func() bool { return w.waits })
				reader := eddy.Spawn(rt, func() (int, error) { return server.Read(make([]byte, 1)) })
				untilWaiting(t, rt, 2)
				must(t, test.end(rt, client, server))
				until(t, rt, "the Read has ended", reader.Done)
				if _, err := reader.Join(); !errors.Is(err, test.want) {
					t.Errorf("got %v", err)
				}
				copying.Cancel()
				if _, err := copying.Join(); !errors.Is(err, eddy.ErrCanceled) {
					t.Errorf("the copy: %v", err)
				}
				_ = server.Close()
				must(t, client.Close())
			})
		})
	}
}

// stuck is a writer that waits until its task is cancelled.
type stuck struct {
	rt    *eddy.Runtime
	waits bool
}

func (s *stuck) Write([]byte) (int, error) {
	s.waits = true
	return 0, s.rt.Sleep(time.Hour)
}
