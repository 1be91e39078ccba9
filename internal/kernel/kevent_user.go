//go:build darwin || freebsd || dragonfly

package kernel

import "golang.org/x/sys/unix"

// The widths of a kevent's filter and flags.
type (
	KeventFilter = int16
	KeventFlags  = uint16
)

// The filter for events of our own, and its trigger.
const (
	EvfiltUser  = unix.EVFILT_USER
	NoteTrigger = unix.NOTE_TRIGGER
)
