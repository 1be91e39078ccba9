//go:build unix

package eddy_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/future"
	"github.com/eddy-go/eddy/internal/kernel"
)

// polls is a future that calls a stream's poll methods. Its Cancel is CancelPoll.
type polls struct {
	s    *eddy.TCPStream
	poll func(cx *future.Context) (int, error)
}

func pollRead(s *eddy.TCPStream, p []byte) eddy.Future[int] {
	return &polls{s, func(cx *future.Context) (int, error) { return s.PollRead(cx, p) }}
}

func pollWrite(s *eddy.TCPStream, p []byte) eddy.Future[int] {
	return &polls{s, func(cx *future.Context) (int, error) { return s.PollWrite(cx, p) }}
}

func (p *polls) Poll(cx *future.Context) (int, error) { return p.poll(cx) }
func (p *polls) Cancel()                              { p.s.CancelPoll() }
func (p *polls) String() string                       { return "a poll of " + p.s.String() }

// A poll that finds nothing arranges for a wake, touches its buffer no more, and the next one may bring another buffer.
func TestPollReadHoldsNoBuffer(t *testing.T) {
	forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
		var p []byte
		task := eddytest.NewTask(nil, eddy.Future[int](&polls{a, func(cx *future.Context) (int, error) { return a.PollRead(cx, p) }}))
		first := make([]byte, 8)
		p = first
		if n, err := task.Poll(); n != 0 || err != future.Pending || task.Spent() != 1 || task.Outside() {
			t.Fatalf("%d, %v; %d spent, outside %v", n, err, task.Spent(), task.Outside())
		}
		writeText(t, b, "hello")
		until(t, rt, "the wake", task.Woken)
		p = make([]byte, 8)
		if n, err := task.Poll(); string(p[:n]) != "hello" || err != nil {
			t.Errorf("read %q, %v", p[:n], err)
		}
		if !bytes.Equal(first, make([]byte, 8)) {
			t.Errorf("the first buffer holds %q", first)
		}
	})
}

// PollWrite writes what there is room for, and the rest when there is room again; the reader gets every byte in order.
func TestPollWriteTakesParts(t *testing.T) {
	forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
		sent := make([]byte, 8<<20)
		for i := range sent {
			sent[i] = byte(i >> 8)
		}
		left, parts, waits := sent, 0, 0
		h := eddy.SpawnFuture(rt, eddy.Future[int](&polls{a, func(cx *future.Context) (int, error) {
			for len(left) > 0 {
				n, err := a.PollWrite(cx, left)
				if err == future.Pending {
					waits++
				}
				if err != nil {
					return 0, err
				}
				left = left[n:]
				parts++
			}
			return 0, nil
		}}))
		got := make([]byte, len(sent))
		if _, err := io.ReadFull(b, got); err != nil || !bytes.Equal(got, sent) {
			t.Fatalf("%v, or other bytes", err)
		}
		if _, err := h.Join(); err != nil || parts < 2 || waits < 1 {
			t.Errorf("%v after %d parts and %d waits", err, parts, waits)
		}
	})
}

// What ends reads and writes ends polls: the peer's end, CloseRead, an abandoned write. No bytes make no call.
func TestPollsEndAsReadsAndWritesDo(t *testing.T) {
	forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
		await := func(f eddy.Future[int]) error { _, err := eddy.Await(rt, f); return err }
		must(t, await(pollRead(a, nil)))
		must(t, await(pollWrite(a, nil)))
		must(t, b.CloseWrite())
		for range 2 {
			if err := await(pollRead(a, make([]byte, 1))); err != io.EOF {
				t.Errorf("after the peer's end: %v", err)
			}
		}
		abandoned := eddy.SpawnFuture(rt, eddy.Future[int](a.WriteFuture(make([]byte, 32<<20))))
		untilWaiting(t, rt, 1)
		abandoned.Cancel()
		abandoned.Join()
		if err := await(pollWrite(a, []byte("x"))); !errors.Is(err, eddy.ErrPartialWrite) {
			t.Errorf("after an abandoned write: %v", err)
		}
		must(t, b.CloseRead())
		if err := await(pollRead(b, make([]byte, 1))); err != io.EOF {
			t.Errorf("after CloseRead: %v", err)
		}
	})
}

// Deadlines and the idle timeout end polls that wait, and those that come later.
func TestPollsHonourDeadlines(t *testing.T) {
	forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
		fill(t, rt, a)
		waits := map[string]func() eddy.Future[int]{
			"PollRead":  func() eddy.Future[int] { return pollRead(a, make([]byte, 1)) },
			"PollWrite": func() eddy.Future[int] { return pollWrite(a, make([]byte, 1)) },
		}
		sets := map[string]func(d time.Duration) error{
			"deadline": func(d time.Duration) error {
				if d == 0 {
					return a.SetDeadline(time.Time{})
				}
				return a.SetDeadline(rt.Now().Add(d))
			},
			"idle": a.SetIdleTimeout,
		}
		for set, do := range sets {
			for name, wait := range waits {
				must(t, do(idle))
				for range 2 {
					_, err := eddy.Await(rt, wait())
					wantTimeout(t, set+" of "+name, err)
				}
				must(t, do(0))
			}
		}
	})
}

// A Close ends polls that wait, whether the socket lingers or not, and leaves nothing of them behind: afterwards a wait
// without a cause is a deadlock.
func TestCloseEndsPolls(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		err := newRuntime(t, eddy.Config{}, k).BlockOn(func(rt *eddy.Runtime) error {
			for _, lingers := range []int{1, 0} {
				a, b := tcpPair(t, rt)
				must(t, a.SetLinger(lingers))
				writeText(t, a, "x")
				fill(t, rt, a)
				read, write := eddytest.NewTask(nil, pollRead(a, make([]byte, 1))), eddytest.NewTask(nil, pollWrite(a, []byte("x")))
				for _, task := range []*eddytest.Task[int]{read, write} {
					if _, err := task.Poll(); err != future.Pending {
						t.Errorf("it need not wait: %v", err)
					}
				}
				a.Close()
				if !read.Woken() || !write.Woken() {
					t.Error("the waits were not woken")
				}
				if _, err := read.Poll(); !errors.Is(err, net.ErrClosed) {
					t.Errorf("the read: %v", err)
				}
				b.Close() // and nothing lingers
			}
			_, err := eddy.Await(rt, eddy.Future[struct{}](&lost{})) // the writes were not polled again
			return err
		})
		var deadlock *eddy.DeadlockError
		if !errors.As(err, &deadlock) {
			t.Errorf("got %v", err)
		}
	})
}

// CancelPoll releases the place of a poll, in both directions: another one may wait there. It ends no other waits.
func TestCancelPollReleases(t *testing.T) {
	forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
		sent := fill(t, rt, a)
		tasks := []*eddytest.Task[int]{
			eddytest.NewTask(nil, pollRead(a, make([]byte, 1))), eddytest.NewTask(nil, pollWrite(a, make([]byte, 1))),
		}
		for _, task := range tasks {
			task.Poll()
			task.Cancel()
		}
		a.CancelPoll() // of nothing
		reader := eddy.Spawn(rt, func() (int, error) { return a.Read(make([]byte, 1)) })
		writer := eddy.Spawn(rt, func() (int, error) { return a.Write([]byte("x")) })
		untilWaiting(t, rt, 2)
		a.CancelPoll() // of what others wait for
		_, err := io.CopyN(io.Discard, b, int64(sent))
		must(t, err)
		readText(t, b, "x")
		writeText(t, b, "y")
		for _, h := range []*eddy.JoinHandle[int]{reader, writer} {
			if n, err := h.Join(); n != 1 || err != nil {
				t.Errorf("%d, %v", n, err)
			}
		}
	})
}

// F31: who polls while another waits, or waits while another polls, gets an error that names both. The first one's wait
// stays as it is.
func TestTwoPollersAreAnError(t *testing.T) {
	forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
		sent, byte1 := fill(t, rt, a), make([]byte, 1)
		reads := map[string]func() eddy.Future[int]{
			"PollRead":   func() eddy.Future[int] { return pollRead(a, byte1) },
			"ReadFuture": func() eddy.Future[int] { return a.ReadFuture(byte1) },
			"Read":       func() eddy.Future[int] { return eddy.Async(rt, func() (int, error) { return a.Read(byte1) }) },
		}
		writes := map[string]func() eddy.Future[int]{
			"PollWrite":   func() eddy.Future[int] { return pollWrite(a, byte1) },
			"WriteFuture": func() eddy.Future[int] { return a.WriteFuture(byte1) },
			"Write":       func() eddy.Future[int] { return eddy.Async(rt, func() (int, error) { return a.Write(byte1) }) },
		}
		second := func(title string, f eddy.Future[int]) {
			_, err := eddy.Await(rt, f)
			if err == nil || strings.Count(err.Error(), "task ") != 2 || !strings.Contains(err.Error(), "is waiting for it already") {
				t.Errorf("%s: %v", title, err)
			}
		}
		var first *eddy.JoinHandle[int]
		for name, read := range reads {
			if first != nil {
				first.Cancel()
				first.Join()
			}
			first = eddy.SpawnFuture(rt, read())
			untilWaiting(t, rt, 1)
			second("PollRead beside "+name, pollRead(a, byte1))
			if name == "PollRead" {
				second("Read beside "+name, reads["Read"]())
				second("ReadFuture beside "+name, reads["ReadFuture"]())
			}
		}
		writeText(t, b, "x")
		if n, err := first.Join(); n != 1 || err != nil {
			t.Errorf("the first one read %d, %v", n, err)
		}
		sent += fill(t, rt, a) // the peer's byte has brought news of room
		for name, write := range writes {
			first = eddy.SpawnFuture(rt, write())
			untilWaiting(t, rt, 1)
			second("PollWrite beside "+name, pollWrite(a, byte1))
			first.Cancel()
			first.Join()
		}
		first = eddy.SpawnFuture(rt, pollWrite(a, byte1))
		queued := eddy.SpawnFuture(rt, writes["Write"]()) // a Write queues behind a poll
		untilWaiting(t, rt, 2)
		_, err := io.CopyN(io.Discard, b, int64(sent)+2)
		must(t, err)
		for _, h := range []*eddy.JoinHandle[int]{first, queued} {
			if n, err := h.Join(); n != 1 || err != nil {
				t.Errorf("%d, %v", n, err)
			}
		}
	})
}

// A poll beside a Read that has begun and does not wait, because its task's budget is spent, reads what is there.
func TestPollBesideAReadThatYields(t *testing.T) {
	forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
		const reads = eddytest.DefaultBudget + 10
		writeText(t, b, strings.Repeat("x", reads+1))
		done := 0
		reader := rt.Spawn(func() {
			for ; done < reads; done++ {
				a.Read(make([]byte, 1))
			}
		})
		task := eddytest.NewTask(nil, pollRead(a, make([]byte, 1)))
		until(t, rt, "the budget is spent", func() bool { return done > 0 })
		if n, err := task.Poll(); n != 1 || err != nil || done == reads {
			t.Errorf("%d, %v after %d reads", n, err, done)
		}
		reader.Join()
		if done != reads {
			t.Errorf("%d reads", done)
		}
	})
}

// Of several wakers the latest counts, also when straight-line code was adopted in between and is another task's.
func TestLatestPollCounts(t *testing.T) {
	forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
		before, after := eddytest.NewTask(nil, pollRead(a, make([]byte, 1))), eddytest.NewTask(nil, pollRead(a, make([]byte, 1)))
		before.Poll()
		after.Poll()
		writeText(t, b, "x")
		until(t, rt, "the wake", after.Woken)
		if before.Woken() {
			t.Error("the first one was woken")
		}
		_, err := after.Poll()
		must(t, err)

		var read int
		_, err = eddy.Await(rt, eddy.Timeout(time.Millisecond, eddy.Async(rt, func() (int, error) {
			return 0, rt.Shield(func() error {
				n, err := eddy.Await(rt, pollRead(a, make([]byte, 8)))
				if read = n; err != nil {
					t.Errorf("in the Shield: %v", err)
				}
				return err
			})
		})))
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatalf("got %v", err)
		}
		writeText(t, b, "adopted")
		until(t, rt, "it reads on", func() bool { return read > 0 })
		if read != len("adopted") {
			t.Errorf("it has read %d", read)
		}
	})
}

// F9: polls cost units of the budget. When it is spent they return Pending and come back after the kernel's next turn,
// and so do those that fail.
func TestPollsSpendTheBudget(t *testing.T) {
	forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
		writeText(t, b, strings.Repeat("x", 3*eddytest.DefaultBudget))
		must(t, rt.Yield())
		endless := func(poll func(cx *future.Context) (int, error)) {
			t.Helper()
			calls := 0
			task := eddytest.NewTask(nil, eddy.Future[int](&polls{a, func(cx *future.Context) (int, error) {
				for {
					calls++
					if _, err := poll(cx); err == future.Pending {
						return 0, err
					}
				}
			}}))
			for range 2 {
				calls = 0
				if task.Poll(); calls != eddytest.DefaultBudget+1 || !task.Woken() {
					t.Errorf("%d calls, woken %v", calls, task.Woken())
				}
			}
			task.Cancel()
		}
		endless(func(cx *future.Context) (int, error) { return a.PollRead(cx, make([]byte, 1)) })
		endless(func(cx *future.Context) (int, error) { return a.PollWrite(cx, []byte("x")) })
		a.Close()
		endless(func(cx *future.Context) (int, error) { return a.PollRead(cx, make([]byte, 1)) })
		endless(func(cx *future.Context) (int, error) { return a.PollWrite(cx, []byte("x")) })
	})
}

// A wait of a poll counts as one for a socket: it is no deadlock, and the task's dump says what its future says.
func TestPollIsSeenInDumps(t *testing.T) {
	forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
		h := eddy.SpawnFuture(rt, pollRead(a, make([]byte, 1)))
		untilWaiting(t, rt, 1)
		if task := rt.Tasks()[1]; task.Wait != "a poll of "+a.String() {
			t.Errorf("it waits for %q", task.Wait)
		}
		h.Cancel()
		h.Join()
	})
}

// An echo by one future with one buffer allocates nothing, and neither does its client.
func TestPolledEchoAllocatesNothing(t *testing.T) {
	onThisSystem(t, func(t *testing.T, rt *eddy.Runtime) {
		a, b := tcpPair(t, rt)
		echo := func(cx *future.Context, buf []byte) (int, error) {
			for {
				n, err := b.PollRead(cx, buf)
				if err != nil {
					return 0, err
				}
				if _, err := b.PollWrite(cx, buf[:n]); err != nil {
					return 0, err
				}
			}
		}
		shared := make([]byte, 64<<10)
		eddy.SpawnFuture(rt, eddy.Future[int](&polls{b, func(cx *future.Context) (int, error) { return echo(cx, shared) }}))
		message, buf := make([]byte, 512), make([]byte, 1024)
		once := func() {
			a.Write(message)
			a.Read(buf)
		}
		once()
		if n := testing.AllocsPerRun(200, once); n != 0 {
			t.Errorf("%v allocations", n)
		}
	})
}
