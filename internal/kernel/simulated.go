package kernel

// Simulated is the kernel of a simulated host. Besides the calls it makes the choices that Go's scheduler and the
// world's pace make in production.
type Simulated interface {
	Kernel
	// Pick chooses which of n ready tasks is polled next: 0 <= Pick(n) < n. It is asked for n > 1 only.
	Pick(n int) int
	// Offload calls run on a goroutine of its own, which run may end by Goexit, and returns when that has ended. It
	// calls post some virtual time later, as the goroutine of an offloaded function does in production. post is not
	// called once the host has crashed.
	Offload(run, post func())
	// Settle returns when every goroutine beside the world waits for something. The runtime calls it when it has given
	// one of them what it was waiting for.
	Settle()
}
