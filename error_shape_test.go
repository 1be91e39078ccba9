//go:build unix

package eddy_test

import (
	"errors"
	"net"
	"os"
)

// isTimeout reports whether err is the timeout of package net.
func isTimeout(err error) bool {
	var ne interface {
		net.Error
		Temporary() bool // deprecated, and still looked at: a tls.Conn is dead after an error that is not temporary
	}
	return errors.Is(err, os.ErrDeadlineExceeded) && errors.As(err, &ne) && ne.Timeout() && ne.Temporary()
}
