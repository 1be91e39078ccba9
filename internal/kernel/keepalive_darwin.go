package kernel

import "golang.org/x/sys/unix"

// The system's names of the keep-alive options, and how many of its units of time make a second. macOS calls the
// idle time TCP_KEEPALIVE.
const (
	keepIdle     = unix.TCP_KEEPALIVE
	keepInterval = unix.TCP_KEEPINTVL
	keepCount    = unix.TCP_KEEPCNT

	keepUnits = 1
)
