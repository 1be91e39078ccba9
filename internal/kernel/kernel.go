// Package kernel is everything that the outside world can do to a runtime, as one interface: sockets, readiness,
// wake-up and clock. Above it nothing makes a system call; below it nothing knows futures, tasks or streams.
//
// The contract of a backend, which the conformance suite runs on each of them:
//
//   - Every call is for the loop's goroutine, except Wake, which is for any goroutine. The caller guarantees that Wake
//     and End never overlap and that no Wake follows End.
//   - Calls never block, except Wait. Sockets are non-blocking, closed on exec, never raise SIGPIPE and never take
//     the descriptors 0 to 2.
//   - EINTR is never returned: calls are retried, Wait with the time that is left. Close is made once: the descriptor
//     is gone whatever it returned.
//   - Register tells of both directions, of half-close, hang-up, error and urgent data, on edges: an event comes when
//     something has happened since the last event, and once at registration if the source is ready already. Events
//     may be spurious, and several may be merged into one. A descriptor is registered at most once in its life;
//     a second Register returns EEXIST. A dialling socket is registered after Dial returned, never before.
//   - Deregister comes before Close. Events already fetched may still carry the token: whoever reads them compares
//     generations.
//   - Tokens are integers, kept by the kernel as they are. WakeToken is reserved.
//   - Wait fills events and returns how many. timeout < 0 waits for ever, 0 does not wait; a wait never returns
//     before its timeout with no event and no Wake: it is rounded up. A Wake that came since the last Wait ends the
//     next one at once; it shows as an event with WakeToken.
//   - Now is monotonic and counts from Start.
//   - Read, Write, Accept, Wait, Register and Now allocate nothing.
package kernel

import (
	"net/netip"
	"syscall"
	"time"
)

// Errno is the kernel's error number; 0 is success.
type Errno = syscall.Errno

// Kernel is the one seam between a runtime and the world. See the package comment for its contract.
type Kernel interface {
	// Name names the mechanism, for log lines: "epoll", "kqueue", "simulation".
	Name() string
	// BlocksThread reports whether Wait blocks an operating-system thread. Then BlockOn locks the thread; otherwise
	// (a simulation, whose Wait parks a coroutine) it must not.
	BlocksThread() bool
	// ReportsUrgent reports whether Urgent events come (epoll). Where they do not, a short read proves nothing.
	ReportsUrgent() bool
	// ThreadID returns the identity of the calling thread, or 0 where threads cannot be told apart.
	ThreadID() int

	// Start is the moment from which Now counts.
	Start() time.Time
	// Now is the monotonic time since Start.
	Now() time.Duration

	// Listen makes a listening socket bound to addr. The error is an *os.SyscallError that names the call. The file
	// of a Unix socket on which nobody listens is replaced; one with a live listener is EADDRINUSE, and so is a file
	// that is no socket.
	Listen(addr Addr, opt ListenOptions) (fd int, err error)
	// Dial makes a socket and starts to connect it. If connected is false the socket becomes writable when the
	// attempt has ended, and OptError tells how. The error is an *os.SyscallError; EAGAIN means that a Unix
	// listener's backlog is full: nothing was left open, try again later.
	Dial(addr Addr, opt DialOptions) (fd int, connected bool, err error)
	// Adopt gives an inherited listening socket the properties of one made by Listen, and returns its address.
	Adopt(fd int) (Addr, error)
	// Accept takes one connection. EAGAIN: there is none.
	Accept(fd int) (conn int, peer Addr, errno Errno)
	// Read returns 0 with no error at the end of the stream, and never when len(p) > 0 otherwise. p is not empty.
	Read(fd int, p []byte) (n int, errno Errno)
	// Write writes some of p, which is not empty.
	Write(fd int, p []byte) (n int, errno Errno)
	// Writev writes some of the buffers, in order; it may take fewer buffers than it was given.
	Writev(fd int, bufs [][]byte) (n int, errno Errno)
	// Shutdown ends one or both directions.
	Shutdown(fd int, how How) Errno
	// Close gives the descriptor back. It never blocks: callers set no linger time but 0.
	Close(fd int) Errno
	// Option and SetOption read and set a socket option; both return ENOPROTOOPT for one that the system lacks.
	Option(fd int, o Option) (value int, errno Errno)
	SetOption(fd int, o Option, value int) Errno
	// LocalAddr and PeerAddr return the addresses of a socket.
	LocalAddr(fd int) (Addr, Errno)
	PeerAddr(fd int) (Addr, Errno)
	// Unlink removes a Unix socket's file.
	Unlink(path string) Errno

	// Register, Deregister and Wait are the poll; see the package comment.
	Register(fd int, token Token) Errno
	Deregister(fd int) Errno
	Wait(events []Event, timeout time.Duration) (n int, errno Errno)
	// Wake ends the current or the next Wait. It is for any goroutine.
	Wake()
	// End closes the poll and the wake-up's descriptor. Nothing may be called afterwards.
	End() error

	// Counters counts the calls made so far. It is for the loop's goroutine.
	Counters() *Counters
}

// Token is what an event carries: one machine word, made by the reactor.
type Token uintptr

// WakeToken marks the event of a Wake. It is compared whole.
const WakeToken = ^Token(0)

// Event says that something has happened on the source registered with Token.
type Event struct {
	Token Token
	Ready Ready
}

// Ready is a set of things that have happened.
type Ready uint8

// What an event can report. A system that cannot tell two of them apart reports the weaker one. The order is that of
// epoll's bits, so there the translation is a mask.
const (
	Readable   Ready = 1 << iota // data, a connection to accept, or the end of the stream
	Urgent                       // urgent data: reads stop early at its mark
	Writable                     // room to write, or the end of a connect
	Failed                       // an error is pending on the socket
	HangUp                       // both directions have ended
	ReadClosed                   // the peer has ended its direction (half-close)
)

// How says which direction Shutdown ends.
type How uint8

// The directions of Shutdown.
const (
	ShutRead How = iota
	ShutWrite
	ShutBoth
)

// Option names a socket option.
type Option uint8

// The socket options that the runtime uses.
const (
	OptError        Option = iota // pending error, cleared by reading (an Errno)
	OptNoDelay                    // 0 or 1
	OptKeepAlive                  // 0 or 1
	OptKeepIdle                   // seconds
	OptKeepInterval               // seconds
	OptKeepCount                  // probes
	OptResetOnClose               // 1: close discards what is queued and resets; 0: off (SO_LINGER with 0)
	OptRecvBuffer                 // bytes
	OptSendBuffer                 // bytes
	OptListening                  // read only: 1 if the socket listens
	OptType                       // read only: SOCK_STREAM ...
)

// Addr is the address of a socket: an IP address and port, or a path, or neither (an unnamed Unix socket).
type Addr struct {
	IP   netip.AddrPort
	Path string // of a Unix socket; Linux's abstract names start with "@"
	Unix bool
}

// ListenOptions says how Listen makes its socket.
type ListenOptions struct {
	Backlog   int  // 0: the system's maximum
	ReusePort bool // SO_REUSEPORT
	V6Only    bool // an IPv6 socket that takes no IPv4 connections
	// UnixMode is the file mode of a Unix socket's file; 0 leaves what the umask gives. It holds before the first
	// connection can come.
	UnixMode uint32
	// Control runs between making the socket and binding it; an error ends the attempt and is returned as it is.
	Control func(fd int) error
}

// DialOptions says how Dial makes its socket.
type DialOptions struct {
	Local   Addr // bind here first, unless it is the zero Addr
	Control func(fd int) error
}

// Counters counts kernel calls by kind. Wakes from other goroutines are counted apart, by whoever makes them.
type Counters struct {
	Waits       uint64
	Blocks      uint64 // of these, how many could block, and so went through the hooks of Go's scheduler
	Events      uint64 // events that the waits returned
	Registers   uint64
	Deregisters uint64
	Accepts     uint64
	Dials       uint64
	Receives    uint64
	Sends       uint64
	Shutdowns   uint64
	Closes      uint64
}
