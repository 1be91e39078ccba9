package kernel

// The widths of a kevent's filter and flags.
type (
	KeventFilter = int16
	KeventFlags  = uint16
)

// OpenBSD's package unix has no filter for events of our own. It numbers its filters downwards from -1 and refuses any
// other number with EINVAL.
const (
	EvfiltUser  = 1
	NoteTrigger = 0
)
