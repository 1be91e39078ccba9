package kernel

// New returns the kernel of this system: on Linux, epoll. The error is an *os.SyscallError. End gives back what New
// has opened.
func New() (Kernel, error) {
	k, err := newEpoll()
	if err != nil {
		return nil, err
	}
	return k, nil
}
