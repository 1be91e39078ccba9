package eddy

import (
	"context"
	"log/slog"
	"net/netip"
	"time"
)

// NoGrace as Config.Grace gives cancelled tasks no time: each gets one poll before its waits end it by force.
const NoGrace time.Duration = -1

// The defaults of Config.
const (
	defaultGrace      = time.Second
	defaultMaxPosted  = 4096
	defaultMaxOffload = 64
	defaultMaxLookups = 16
)

// Config says how a Runtime behaves. The zero Config is what BlockOn uses.
type Config struct {
	// Grace is how long cancelled tasks, closing sockets and offloaded functions have to end when the runtime ends. 0 is
	// one second; NoGrace is none.
	Grace time.Duration
	// MaxPosted bounds the functions given to Handle.Spawn that wait for the loop; one more gets ErrBusy. 0 is 4096.
	MaxPosted int
	// MaxOffload bounds the goroutines that run offloaded functions; further ones queue. 0 is 64.
	MaxOffload int
	// MaxLookups bounds the goroutines that look names up, in a lane of their own; further lookups queue. A Dial of a name
	// needs two, one for each family of addresses. 0 is 16.
	MaxLookups int
	// LookupIP looks up the addresses of a host for Dial and Runtime.LookupIP. network is "ip4" or "ip6", and answers of
	// the other family are left out; a host without addresses is an error or an empty answer. It is called on a goroutine
	// outside the loop, several at a time. ctx has the values and the deadline of the one that was given to DialContext;
	// it is cancelled when nobody waits for the answer any more, at the latest by the end of the runtime, which then waits
	// for LookupIP as it does for an offloaded function. nil is net.DefaultResolver.LookupNetIP; in a simulated runtime,
	// where that would ask the real network, nil is an error.
	LookupIP func(ctx context.Context, network, host string) ([]netip.Addr, error)
	// OnPanic is called on the loop with a panic that nobody joins. It must not wait. nil logs it with its stack.
	OnPanic func(TaskInfo, *PanicError)
	// Logger gets what the runtime has to say: unjoined panics, and accepts that fail for want of descriptors. Its
	// handler runs on the loop and must not block; slow polls come from the watchdog's goroutine. nil is slog.Default.
	Logger *slog.Logger
	// CheckThread makes every wait, spawn, listen and cancel check that it is called on the loop's thread, and panic
	// otherwise. It costs a system call each, and does nothing where threads cannot be told apart (outside Linux).
	CheckThread bool

	// SlowPoll turns the watchdog on: a goroutine beside the loop that reports each poll of a task which takes longer
	// than this, while the poll still runs. Less than 4 ms is seen with the precision of a millisecond. 0 is off.
	//
	// The first report comes when the poll has taken one to one and a quarter times SlowPoll, the next when it has taken
	// twice as long as at the last one, and so on; none comes within a second of the one before, or a millisecond for each
	// goroutine if that is longer. A poll that was reported is reported once more when it is over. Unwinding a cancelled
	// task is a poll too, and a call of OnPanic belongs to the poll that panicked.
	//
	// While the loop waits in the kernel the watchdog sleeps as well. It costs an atomic store a poll, a small allocation
	// a task, and the two descriptors that Go takes for a program's first timer. A report stops the whole process for the
	// time that it takes to print all its stacks, about 5 us for each parked task (measured), and a poll that stands in a
	// raw system call is reported when the call returns. In a simulated runtime the watchdog does nothing.
	SlowPoll time.Duration
	// OnSlowPoll gets the reports, on the watchdog's goroutine: the loop does not wait for it, and what belongs to tasks
	// is not for it. BlockOn returns after it has returned. nil logs a warning.
	OnSlowPoll func(SlowPoll)
	// SlowPollTrace is a directory where the watchdog saves the last seconds of Go's execution trace when it reports a
	// poll that still runs, for `go tool trace`: a file of a few megabytes called slow-poll-*.trace, at most one a minute
	// and 16 in all. The program is traced all the time for it (runtime/trace.FlightRecorder), which costs memory, some
	// 16 MiB, and time. One recorder works in a process: a second runtime logs that it has none. "" is none.
	SlowPollTrace string
}

func (c Config) withDefaults() Config {
	switch {
	case c.Grace == 0:
		c.Grace = defaultGrace
	case c.Grace < 0:
		c.Grace = 0
	}
	if c.MaxPosted <= 0 {
		c.MaxPosted = defaultMaxPosted
	}
	if c.MaxOffload <= 0 {
		c.MaxOffload = defaultMaxOffload
	}
	if c.MaxLookups <= 0 {
		c.MaxLookups = defaultMaxLookups
	}
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	if c.OnPanic == nil {
		logger := c.Logger
		c.OnPanic = func(t TaskInfo, e *PanicError) {
			logger.Error("task panicked", "task", t.Name, "function", t.Function, "panic", e.Value, "stack", string(e.Stack))
		}
	}
	if c.OnSlowPoll == nil {
		c.OnSlowPoll = logSlowPolls(c.Logger)
	}
	return c
}
