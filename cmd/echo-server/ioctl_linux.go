package main

import "golang.org/x/sys/unix"

// bytesToRead is the request FIONREAD, by its other name.
const bytesToRead = unix.TIOCINQ
