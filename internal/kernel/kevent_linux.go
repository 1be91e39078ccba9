package kernel

// Linux has no kqueue. What stands here is for the model of one; the names are the manual page's and the numbers
// FreeBSD's.

// Kevent is a struct kevent.
type Kevent struct {
	Ident  uintptr
	Filter KeventFilter
	Flags  KeventFlags
	Fflags uint32
	Data   int64
	Udata  [1]uintptr
}

// The widths of a kevent's filter and flags.
type (
	KeventFilter = int16
	KeventFlags  = uint16
)

// The filters and flags that the poller uses.
const (
	EvfiltRead  = -1
	EvfiltWrite = -2
	EvfiltUser  = -11

	EvAdd     = 0x0001
	EvDelete  = 0x0002
	EvOneshot = 0x0010
	EvClear   = 0x0020
	EvError   = 0x4000
	EvEOF     = 0x8000

	NoteTrigger = 0x01000000
)
