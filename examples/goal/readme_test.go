package main

import (
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/eddy-go/eddy/examples/internal/program"
)

// head is all that a reader of README.md has to add.
const head = `package main

import (
	"errors"
	"log"
	"log/slog"
	"os"
	"time"

	"github.com/eddy-go/eddy"
)

`

// fromReadme returns the goal program as README.md shows it, with head on top.
func fromReadme(t *testing.T) string {
	t.Helper()
	readme, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, block := range strings.Split(string(readme), "```go\n")[1:] {
		code, _, closed := strings.Cut(block, "```")
		if closed && strings.Contains(code, "func main()") {
			return head + code
		}
	}
	t.Fatal("README.md shows no program: no block of Go code has a func main")
	return ""
}

// start builds the program that README.md shows, after replacing the pairs of strings given, and runs it. The compiler
// takes the text in place of main.go, so nothing is written into the source tree.
func start(t *testing.T, replace ...string) *program.Program {
	t.Helper()
	code := fromReadme(t)
	for i := 0; i < len(replace); i += 2 {
		if strings.Count(code, replace[i]) != 1 {
			t.Fatalf("README.md's program should have %q exactly once", replace[i])
		}
		code = strings.Replace(code, replace[i], replace[i+1], 1)
	}
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	source, overlay := filepath.Join(dir, "main.go"), filepath.Join(dir, "overlay.json")
	table, err := json.Marshal(map[string]map[string]string{"Replace": {filepath.Join(here, "main.go"): source}})
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{source: code, overlay: string(table)} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return program.Start(t, program.Build(t, "-overlay", overlay))
}

// freeAddress returns an address on which nobody listens: the program has no way to tell which port it chose.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

const address = "127.0.0.1:8080" // in README.md

// The program of README.md compiles and echoes. Nothing but its address is replaced.
func TestReadmeProgramEchoes(t *testing.T) {
	free := freeAddress(t)
	start(t, address, free)
	first, second := program.Dial(t, free), program.Dial(t, free)
	first.Echo(t, "hello\n")
	second.Echo(t, strings.Repeat("longer than its buffer ", 100))
	first.Echo(t, "again\n")
	first.Conn.(*net.TCPConn).CloseWrite()
	first.ExpectEnd(t)
	second.Echo(t, "still here\n")
}

// The program of README.md drops a silent client and says so. So that nobody has to wait for 10 seconds, its limit is
// replaced too.
func TestReadmeProgramDropsSilentClients(t *testing.T) {
	free := freeAddress(t)
	p := start(t, address, free, "10*time.Second", "50*time.Millisecond")
	silent := program.Dial(t, free)
	silent.ExpectEnd(t)
	p.AwaitLog(t, "client timed out")
	p.AwaitLog(t, silent.LocalAddr().String())
}

// main.go is the same program, for those who want to run it without copying.
func TestMainIsTheReadmeProgram(t *testing.T) {
	text, err := os.ReadFile("main.go")
	if err != nil {
		t.Fatal(err)
	}
	if _, code, _ := strings.Cut(string(text), "package main\n"); "package main\n"+code != fromReadme(t) {
		t.Error("examples/goal/main.go and the program in README.md differ")
	}
}
