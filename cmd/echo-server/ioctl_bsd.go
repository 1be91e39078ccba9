//go:build darwin || freebsd || netbsd || openbsd || dragonfly

package main

// bytesToRead is FIONREAD, _IOR('f', 127, int) on all BSDs. Package unix does not name it.
const bytesToRead = 0x4004667f
