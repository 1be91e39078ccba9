//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package kernel

import (
	"net"
	"strconv"
	"time"
)

// zones translates between the zone of an IPv6 address, which is the name of a network interface, and the number by
// which the system knows it. Asking the system costs several calls, so the names of peers' zones are kept.
type zones struct {
	names map[uint32]string
	since time.Time
}

// zonesKept is how long a name is believed; an interface can be renamed or replaced. Picked, and what package net
// uses.
const zonesKept = time.Minute

// name returns the zone of a scope number: the interface's name, or the number itself where there is no such
// interface. 0 is no zone.
func (z *zones) name(scope uint32) string {
	if scope == 0 {
		return ""
	}
	if z.names == nil || time.Since(z.since) > zonesKept {
		z.names, z.since = make(map[uint32]string), time.Now()
	}
	name, known := z.names[scope]
	if !known {
		name = strconv.FormatUint(uint64(scope), 10)
		if ifi, err := net.InterfaceByIndex(int(scope)); err == nil {
			name = ifi.Name
		}
		z.names[scope] = name
	}
	return name
}

// index returns the scope number of a zone. A zone that is neither an interface nor a number gives 0, no zone: the
// system refuses link-local addresses without one.
func (z *zones) index(zone string) uint32 {
	if zone == "" {
		return 0
	}
	if ifi, err := net.InterfaceByName(zone); err == nil {
		return uint32(ifi.Index)
	}
	scope, _ := strconv.ParseUint(zone, 10, 32)
	return uint32(scope)
}
