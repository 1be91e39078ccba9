//go:build linux

package system_test

import (
	"path/filepath"
	"testing"
)

// Nmap's ncat, over both kinds of listeners of one server.
func TestNcatIsEchoed(t *testing.T) {
	need(t, "ncat")
	path := filepath.Join(shortDir(t), "echo.sock")
	s := start(t, setup{listen: []string{"127.0.0.1:0", "unix:" + path}})
	for _, session := range []struct {
		name string
		args []string
	}{
		{"TCP", []string{"127.0.0.1", s.port()}},
		{"Unix socket", []string{"-U", path}},
	} {
		t.Run(session.name, func(t *testing.T) {
			ncat := startTool(t, limit, "ncat", session.args...)
			for _, line := range []string{"hello\n", "hello again\n"} {
				ncat.say(line)
				ncat.hear(line)
			}
			if rest := ncat.finish(); rest != "" {
				t.Errorf("ncat printed %q at the end", rest)
			}
		})
	}
}
