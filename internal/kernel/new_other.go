//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly)

package kernel

import (
	"errors"
	"fmt"
	"runtime"
)

// New fails: there is no poller for this system. The error wraps errors.ErrUnsupported.
func New() (Kernel, error) {
	return nil, fmt.Errorf("eddy runs on Linux, macOS, FreeBSD, NetBSD, OpenBSD and DragonFly BSD, not on %s: %w",
		runtime.GOOS, errors.ErrUnsupported)
}
