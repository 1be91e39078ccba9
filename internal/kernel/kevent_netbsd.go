package kernel

// The widths of a kevent's filter and flags.
type (
	KeventFilter = uint32
	KeventFlags  = uint32
)

// The filter for events of our own, and its trigger. NetBSD has them since version 10; package unix lacks them. An
// older system refuses the filter with EINVAL.
const (
	EvfiltUser  = 8
	NoteTrigger = 0x01000000
)
