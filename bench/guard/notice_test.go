//go:build linux

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// broken is something put into the tree that the guard must notice.
type broken struct {
	name     string
	file     string
	old, new string // old stands in file exactly once
	groups   []string
	notices  []string // regular expressions, one for each line of the report that must be there
}

var breaks = []broken{
	{
		"a kernel call that the counters do not see",
		"internal/kernel/epoll_linux.go", "\tk.found = n\n", "\tk.found = n\n\tunix.Getpid()\n",
		[]string{"strace"},
		[]string{`other per echo, strace: 1\.00 instead of 0\.00`},
	},
	{
		"one more receive an echo",
		"internal/kernel/socket_unix.go", "\t\tn, errno := sysRead(fd, p)\n",
		"\t\tsysRead(fd, p[:0])\n\t\ts.counters.Receives++\n\t\tn, errno := sysRead(fd, p)\n",
		[]string{"counters", "strace"},
		[]string{`receives per echo: 2\.00 instead of 1\.00`, `receives per echo, strace: 2\.00 instead of 1\.00`},
	},
	{
		"one allocation an echo",
		"tcp_copy.go", "s.passed += int64(sent)", "s.passed += int64(len(append([]byte(nil), buf[:sent]...)))",
		[]string{"allocations"},
		[]string{`allocations per echo: 1\.00 instead of 0\.00`},
	},
	{
		"200 bytes a connection",
		"cmd/echo-server/client.go", "type client struct {\n", "type client struct {\n\tmore [200]byte\n",
		[]string{"memory"},
		[]string{`bytes of objects per idle connection: `},
	},
}

// What is put in turns the guard red, with the line that says what.
func TestGuardNotices(t *testing.T) {
	if err := tools(); err != nil {
		t.Fatal(err)
	}
	found := func(groups []string, replaced map[string]string) []quantity {
		t.Helper()
		all, err := measure(programs[:1], t.TempDir(), groups, replaced)
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	var unbroken baseline
	unbroken.accept(found([]string{"counters", "strace", "allocations", "memory"}, nil), conditions{}, true)

	for _, b := range breaks {
		t.Run(b.name, func(t *testing.T) {
			text, err := os.ReadFile(filepath.Join(tree(), b.file))
			if err != nil {
				t.Fatal(err)
			}
			if n := strings.Count(string(text), b.old); n != 1 {
				t.Fatalf("%q stands in %s %d times", b.old, b.file, n)
			}
			file := filepath.Join(t.TempDir(), filepath.Base(b.file))
			if err := os.WriteFile(file, []byte(strings.Replace(string(text), b.old, b.new, 1)), 0o600); err != nil {
				t.Fatal(err)
			}
			var out bytes.Buffer
			red := report(&out, found(b.groups, map[string]string{b.file: file}), conditions{}, &unbroken)
			if !red {
				t.Error("the guard stays green")
			}
			_, failures, _ := strings.Cut(out.String(), "FAIL")
			for _, want := range b.notices {
				if !regexp.MustCompile(want).MatchString(failures) {
					t.Errorf("nothing matches %q", want)
				}
			}
			t.Log(failures)
		})
	}
}
