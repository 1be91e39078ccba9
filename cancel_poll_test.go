//go:build unix

package eddy_test

import (
	"errors"
	"io"
	"os"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/future"
)

// Who gives up takes nobody's wake away: a poll of the other direction, or of another task, that waits on the same stream
// goes on, although CancelPoll knows neither whose nor which waits its caller means.
func TestCancelPollLosesNobodysWake(t *testing.T) {
	forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
		sent := fill(t, rt, a)
		writer := eddy.SpawnFuture(rt, pollWrite(a, []byte("x")))
		untilWaiting(t, rt, 1)
		_, err := eddy.Await(rt, eddy.Timeout(time.Millisecond, pollRead(a, make([]byte, 1))))
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatalf("the read: %v", err)
		}
		_, err = io.CopyN(io.Discard, b, int64(sent))
		must(t, err)
		until(t, rt, "the write ends", writer.Done)
		readText(t, b, "x")
		if n, err := writer.Join(); n != 1 || err != nil {
			t.Errorf("the write: %d, %v", n, err)
		}

		reader := eddy.SpawnFuture(rt, pollRead(a, make([]byte, 1)))
		untilWaiting(t, rt, 1)
		spent := eddytest.NewTask(nil, eddy.Future[int](&polls{a, func(cx *future.Context) (int, error) {
			for cx.Spend() {
			}
			return a.PollRead(cx, make([]byte, 1)) // Pending, but it has no place
		}}))
		if _, err := spent.Poll(); err != future.Pending {
			t.Errorf("without a budget: %v", err)
		}
		spent.Cancel()
		writeText(t, b, "y")
		until(t, rt, "the read ends", reader.Done)
		if n, err := reader.Join(); n != 1 || err != nil {
			t.Errorf("the read: %d, %v", n, err)
		}
	})
}
