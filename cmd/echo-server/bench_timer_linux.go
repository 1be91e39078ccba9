package main

import "golang.org/x/sys/unix"

// sharpTimers has the kernel end this thread's waits on time until the function that it returns is called. Linux may
// end them 50 us late to save wakes, and each message of an open loop would count that. From a task: it is the loop's
// thread.
func sharpTimers() (blunt func()) {
	const sharpest, usual = 1, 0 // nanoseconds; 0 is what the thread began with
	set := func(slack uintptr) { unix.Prctl(unix.PR_SET_TIMERSLACK, slack, 0, 0, 0) }
	set(sharpest)
	return func() { set(usual) }
}
