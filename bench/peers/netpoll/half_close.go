package main

import (
	"errors"

	"golang.org/x/sys/unix"
)

// netpoll takes a client's end of sending for the end of the connection: from then on Flush fails, also one that waits
// for room in the socket. The descriptor stays open until the handler returns, so the handler sends the rest past netpoll.
// Its writer does not tell how far it came, but the socket does.

var errOverrun = errors.New("the socket has taken other bytes than it was given")

// sendRest sends what the socket has not taken of input, whose first byte is the connection's byte number start. It keeps
// a thread while the socket is full.
func sendRest(fd int, input []byte, start int64) error {
	taken, err := bytesTaken(fd)
	if err != nil {
		return err
	}
	if taken < start || taken > start+int64(len(input)) {
		return errOverrun
	}
	for rest := input[taken-start:]; len(rest) > 0; {
		n, err := unix.Write(fd, rest)
		switch {
		case err == nil:
			rest = rest[n:]
		case err == unix.EAGAIN:
			room := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLOUT}}
			if _, err := unix.Poll(room, -1); err != nil && err != unix.EINTR {
				return err
			}
		case err != unix.EINTR:
			return err
		}
	}
	return nil
}

// bytesTaken is how many bytes the socket has taken in all, sent or not. Those that were sent again are not counted twice.
func bytesTaken(fd int) (int64, error) {
	info, err := unix.GetsockoptTCPInfo(fd, unix.IPPROTO_TCP, unix.TCP_INFO)
	if err != nil {
		return 0, err
	}
	return int64(info.Bytes_sent) - int64(info.Bytes_retrans) + int64(info.Notsent_bytes), nil
}
