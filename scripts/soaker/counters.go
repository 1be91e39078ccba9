//go:build linux

package main

import (
	"strconv"
	"strings"
)

// counters are the integers of one log line of the server, by name.
type counters map[string]int64

func parseCounters(line string) counters {
	c := counters{}
	for field := range strings.FieldsSeq(line) {
		name, value, _ := strings.Cut(field, "=")
		if n, err := strconv.ParseInt(value, 10, 64); err == nil {
			c[name] = n
		}
	}
	return c
}

// since returns how far the counters have gone from an earlier moment.
func (c counters) since(earlier counters) counters {
	d := counters{}
	for name, n := range c {
		d[name] = n - earlier[name]
	}
	return d
}
