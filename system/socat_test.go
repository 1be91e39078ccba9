//go:build linux

package system_test

import (
	"path/filepath"
	"strings"
	"testing"
)

// A gibibyte goes through the server and comes back unchanged, in flat memory (F19).
func TestSocatCarriesBulk(t *testing.T) {
	need(t, "socat")
	s := start(t, setup{})
	s.staysFlat(t, func() {
		startTool(t, bulkLimit, "socat", "-t", "30", "-", "TCP:"+s.address()).carry(bulkSize())
	})
}

func TestSocatCarriesBulkOverUnixSocket(t *testing.T) {
	need(t, "socat")
	s := start(t, setup{listen: []string{"unix:" + filepath.Join(shortDir(t), "echo.sock")}})
	path, _ := strings.CutPrefix(s.address(), "unix:")
	s.staysFlat(t, func() {
		startTool(t, bulkLimit, "socat", "-t", "30", "-", "UNIX-CONNECT:"+path).carry(64 << 20)
	})
}
