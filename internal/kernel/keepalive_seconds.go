//go:build linux || freebsd || netbsd

package kernel

import "golang.org/x/sys/unix"

// The system's names of the keep-alive options, and how many of its units of time make a second.
const (
	keepIdle     = unix.TCP_KEEPIDLE
	keepInterval = unix.TCP_KEEPINTVL
	keepCount    = unix.TCP_KEEPCNT

	keepUnits = 1
)
