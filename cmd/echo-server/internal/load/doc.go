// Package load puts load on an echo server and measures what comes back: `echo-server bench` without its command line.
//
// A Run belongs to one runtime, and everything in it to tasks of that: nothing here has a lock, and nothing blocks.
// Each connection is two tasks. One sends (sender.go), one reads and compares (receiver.go), so that a server which
// coalesces, splits or delays bytes never finds us waiting for it in the wrong direction. What a connection may send
// when is decided in one place (schedule.go); who has fallen silent is found by another task (watch.go). A message
// costs no allocation.
//
// The bytes of a stream follow from the run, the connection and the place in the stream (pattern.go), so that no
// message has to be kept until it comes back.
package load
