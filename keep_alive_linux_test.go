package eddy_test

import (
	"net"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/eddy-go/eddy"
)

// Keep-alive takes package net's configuration: zero fields are the defaults, negative ones stay, times round up.
func TestKeepAliveConfig(t *testing.T) {
	forEachTCP(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
		want := func(what string, idle, interval, count int) {
			t.Helper()
			values := [3]int{
				option(t, a, unix.IPPROTO_TCP, unix.TCP_KEEPIDLE),
				option(t, a, unix.IPPROTO_TCP, unix.TCP_KEEPINTVL),
				option(t, a, unix.IPPROTO_TCP, unix.TCP_KEEPCNT),
			}
			if values != [3]int{idle, interval, count} {
				t.Errorf("%s: %v", what, values)
			}
		}
		want("at first", 15, 15, 9)
		must(t, a.SetKeepAliveConfig(net.KeepAliveConfig{Enable: true, Idle: 1500 * time.Millisecond, Interval: -1, Count: 3}))
		want("set", 2, 15, 3)
		must(t, a.SetKeepAliveConfig(net.KeepAliveConfig{Enable: true}))
		want("the defaults again", 15, 15, 9)
	})
}
