// Package system holds the tests of the echo-server binary as others meet it: clients that are not ours, a system
// whose calls fail, and a machine that runs out of descriptors. It has no code of its own.
//
// The tests build the binary once and start it as a process of its own on a free port. They know it by what it
// promises to everybody: bytes, log lines, exit codes, and what /proc says of it. They run on Linux.
//
// A test whose tool is missing is skipped, so that `go test ./...` needs nothing. With EDDY_SYSTEM=1 a missing tool
// is a failure, and what is sent in bulk is a gibibyte. The tools are nc (netcat-openbsd), ncat, socat,
// redis-benchmark (redis-tools), openssl, strace and sh.
package system
