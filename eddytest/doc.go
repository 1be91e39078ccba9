// Package eddytest is a kit for testing futures without a runtime: a task that is polled by hand, a clock that stands
// still until it is moved, and a check that a test leaves no goroutine and no descriptor behind.
//
// A Task and a Clock belong to the goroutine of the test; only the task's Waker is for any goroutine. Nothing here
// sleeps, waits or starts a goroutine, but for Baseline, which waits at the end of a test for what the test has left
// running.
package eddytest
