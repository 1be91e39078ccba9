//go:build unix && race

package kernel

import "syscall"

// Bytes through a socket order what their sender did before with what their receiver does afterwards. The race detector
// knows of it from package syscall's Read and Write, on which package net stands; ours are other calls. So in a test with
// -race each of ours tells it, by a call of package syscall's that moves nothing: a write to no descriptor, or a read of
// no bytes. What is really done stays the same.

// beforeSend is called before bytes are handed to a socket.
func beforeSend() { syscall.Write(-1, nil) }

// afterReceive is called when bytes, or the end, have come from fd.
func afterReceive(fd int) { syscall.Read(fd, nil) }
