package eddy

import (
	"log/slog"
	"time"
)

// NoGrace as Config.Grace gives cancelled tasks no time: each gets one poll before its waits end it by force.
const NoGrace time.Duration = -1

// The defaults of Config.
const (
	defaultGrace      = time.Second
	defaultMaxPosted  = 4096
	defaultMaxOffload = 64
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
	// OnPanic is called on the loop with a panic that nobody joins. It must not wait. nil logs it with its stack.
	OnPanic func(TaskInfo, *PanicError)
	// Logger gets what the runtime has to say: unjoined panics, and accepts that fail for want of descriptors. Its
	// handler runs on the loop and must not block. nil is slog.Default.
	Logger *slog.Logger
	// CheckThread makes every wait, spawn, listen and cancel check that it is called on the loop's thread, and panic
	// otherwise. It costs a system call each, and does nothing where threads cannot be told apart (outside Linux).
	CheckThread bool
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
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	if c.OnPanic == nil {
		logger := c.Logger
		c.OnPanic = func(t TaskInfo, e *PanicError) {
			logger.Error("task panicked", "task", t.Name, "panic", e.Value, "stack", string(e.Stack))
		}
	}
	return c
}
