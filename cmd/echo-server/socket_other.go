//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly)

package main

import "github.com/eddy-go/eddy"

// On these systems eddy.New has failed before anything here is asked.

const maxUnixPath = 0

func waitingBytes(*eddy.TCPStream) int64 { return 0 }

func connectionWaits(*eddy.TCPListener) bool { return false }

func descriptorLimit() (limit uint64, known bool) { return 0, false }
