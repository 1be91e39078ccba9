//go:build darwin || freebsd || netbsd || openbsd || dragonfly

package kernel

import (
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Kevent is the system's struct kevent, field for field. Package unix declares its user data a pointer on most
// systems. A token in a field of that type would be taken for an address at the next garbage collection, and one that
// looks like an address of the heap ends the process (F38).
//
// The lengths come from package unix's struct, because what stands between and behind the fields differs with the
// system and the processor: padding before Data and at the end, and FreeBSD's ext.
type Kevent struct {
	Ident  uintptr
	Filter KeventFilter
	Flags  KeventFlags
	Fflags uint32
	_      [offsetData - offsetFflags - 4]byte
	Data   int64
	Udata  [(sizeKevent - offsetUdata) / unsafe.Sizeof(uintptr(0))]uintptr // the first is the user data
}

const (
	offsetFflags = unsafe.Offsetof(unix.Kevent_t{}.Fflags)
	offsetData   = unsafe.Offsetof(unix.Kevent_t{}.Data)
	offsetUdata  = unsafe.Offsetof(unix.Kevent_t{}.Udata)
	sizeKevent   = unsafe.Sizeof(unix.Kevent_t{})
)

// The two structs have the same layout: the index is 0, or this does not compile.
var (
	_ = [1]byte{}[sizeKevent^unsafe.Sizeof(Kevent{})]
	_ = [1]byte{}[offsetUdata^unsafe.Offsetof(Kevent{}.Udata)]
	_ = [1]byte{}[offsetData^unsafe.Offsetof(Kevent{}.Data)]
	_ = [1]byte{}[offsetFflags^unsafe.Offsetof(Kevent{}.Fflags)]
	_ = [1]byte{}[unsafe.Offsetof(unix.Kevent_t{}.Flags)^unsafe.Offsetof(Kevent{}.Flags)]
	_ = [1]byte{}[unsafe.Offsetof(unix.Kevent_t{}.Filter)^unsafe.Offsetof(Kevent{}.Filter)]
	_ = [1]byte{}[unsafe.Offsetof(unix.Kevent_t{}.Ident)^unsafe.Offsetof(Kevent{}.Ident)]
)

// The filters and flags that the poller uses, by their names in the manual page.
const (
	EvfiltRead  = unix.EVFILT_READ
	EvfiltWrite = unix.EVFILT_WRITE
	EvAdd       = unix.EV_ADD
	EvDelete    = unix.EV_DELETE
	EvOneshot   = unix.EV_ONESHOT
	EvClear     = unix.EV_CLEAR
	EvEOF       = unix.EV_EOF
	EvError     = unix.EV_ERROR
)

// kevent returns the system call on one queue. It enters the scheduler's hooks, also where it does not wait: the
// system libraries of macOS and OpenBSD leave no other way.
func kevent(queue int) KeventCall {
	return func(changes, events []Kevent, timeout time.Duration) (int, Errno) {
		var limit *unix.Timespec
		if timeout >= 0 {
			t := unix.NsecToTimespec(int64(timeout))
			limit = &t
		}
		n, err := unix.Kevent(queue, systemKevents(changes), systemKevents(events), limit)
		if err != nil {
			return 0, errnoOf(err)
		}
		return n, 0
	}
}

// systemKevents shows the same memory under package unix's type, for the length of a call. The memory keeps the type
// that it was made with, which has no pointers, so the collector never looks at the tokens.
func systemKevents(list []Kevent) []unix.Kevent_t {
	return unsafe.Slice((*unix.Kevent_t)(unsafe.Pointer(unsafe.SliceData(list))), len(list))
}
