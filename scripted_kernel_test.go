//go:build unix

package eddy_test

import (
	"sync"
	"time"

	"github.com/eddy-go/eddy/internal/kernel"
)

// scriptedKernel is a kernel of which a test replaces some calls. The others are the real ones.
type scriptedKernel struct {
	kernel.Kernel
	listen     func(kernel.Addr, kernel.ListenOptions) (int, error)
	dial       func(kernel.Addr, kernel.DialOptions) (fd int, connected bool, err error)
	accept     func(fd int) (int, kernel.Addr, kernel.Errno)
	read       func(fd int, p []byte) (int, kernel.Errno)
	write      func(fd int, p []byte) (int, kernel.Errno)
	wait       func(events []kernel.Event, timeout time.Duration) (int, kernel.Errno)
	register   func(fd int, token kernel.Token) kernel.Errno
	deregister func(fd int) kernel.Errno
	shutdown   func(fd int, how kernel.How) kernel.Errno
	close      func(fd int) kernel.Errno
}

func (k *scriptedKernel) Listen(a kernel.Addr, o kernel.ListenOptions) (int, error) {
	if k.listen != nil {
		return k.listen(a, o)
	}
	return k.Kernel.Listen(a, o)
}

func (k *scriptedKernel) Dial(a kernel.Addr, o kernel.DialOptions) (int, bool, error) {
	if k.dial != nil {
		return k.dial(a, o)
	}
	return k.Kernel.Dial(a, o)
}

func (k *scriptedKernel) Accept(fd int) (int, kernel.Addr, kernel.Errno) {
	if k.accept != nil {
		return k.accept(fd)
	}
	return k.Kernel.Accept(fd)
}

func (k *scriptedKernel) Read(fd int, p []byte) (int, kernel.Errno) {
	if k.read != nil {
		return k.read(fd, p)
	}
	return k.Kernel.Read(fd, p)
}

func (k *scriptedKernel) Write(fd int, p []byte) (int, kernel.Errno) {
	if k.write != nil {
		return k.write(fd, p)
	}
	return k.Kernel.Write(fd, p)
}

func (k *scriptedKernel) Wait(events []kernel.Event, timeout time.Duration) (int, kernel.Errno) {
	if k.wait != nil {
		return k.wait(events, timeout)
	}
	return k.Kernel.Wait(events, timeout)
}

func (k *scriptedKernel) Register(fd int, token kernel.Token) kernel.Errno {
	if k.register != nil {
		return k.register(fd, token)
	}
	return k.Kernel.Register(fd, token)
}

func (k *scriptedKernel) Deregister(fd int) kernel.Errno {
	if k.deregister != nil {
		return k.deregister(fd)
	}
	return k.Kernel.Deregister(fd)
}

func (k *scriptedKernel) Shutdown(fd int, how kernel.How) kernel.Errno {
	if k.shutdown != nil {
		return k.shutdown(fd, how)
	}
	return k.Kernel.Shutdown(fd, how)
}

func (k *scriptedKernel) Close(fd int) kernel.Errno {
	if k.close != nil {
		return k.close(fd)
	}
	return k.Kernel.Close(fd)
}

// sleepSignal returns k, and a channel that is closed when the loop first waits for ever.
func sleepSignal(k kernel.Kernel) (kernel.Kernel, <-chan struct{}) {
	asleep := make(chan struct{})
	tell := sync.OnceFunc(func() { close(asleep) })
	return &scriptedKernel{Kernel: k, wait: func(events []kernel.Event, timeout time.Duration) (int, kernel.Errno) {
		if timeout < 0 {
			tell()
		}
		return k.Wait(events, timeout)
	}}, asleep
}
