package contract

// The contract that all peers keep, tested on the programs in Go, which the test builds. `make check` tests all peers that
// have been built, and under more load.

import (
	"bytes"
	"encoding/json"
	"io"
	"net"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// limit is for what must come. Picked: long enough for a machine that is busy with other things.
const limit = 30 * time.Second

func TestPeersKeepTheContract(t *testing.T) {
	for _, name := range []string{"gonet", "netpoll", "task"} {
		t.Run(name, func(t *testing.T) {
			program := filepath.Join(t.TempDir(), name)
			if out, err := exec.Command("go", "build", "-o", program, "../"+name).CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			p := start(t, program)
			for _, size := range []int{1, 512, 4 << 10, 64 << 10, 1 << 20} {
				p.echo(t, size)
			}
			for range 50 {
				p.endWithLastWords(t)
			}
			p.endWithFullSockets(t)
			p.stop(t)
		})
	}
}

// peer is a running program, and what it should have counted.
type peer struct {
	command        *exec.Cmd
	stderr         bytes.Buffer // whole when the program has ended
	address        string
	bytes, accepts int
}

// start returns a peer that has accepted its first connection.
func start(t *testing.T, program string) *peer {
	free, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	free.Close()
	p := &peer{address: free.Addr().String()}
	p.command = exec.Command(program, strconv.Itoa(free.Addr().(*net.TCPAddr).Port))
	p.command.Stderr = &p.stderr
	if err := p.command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.command.Process.Kill() })
	for begin := time.Now(); ; time.Sleep(10 * time.Millisecond) {
		conn, err := net.DialTimeout("tcp4", p.address, limit)
		if err == nil {
			p.accepts++
			conn.Close()
			return p
		}
		if time.Since(begin) > limit {
			t.Fatalf("does not listen: %v", err)
		}
	}
}

func (p *peer) dial(t *testing.T) *net.TCPConn {
	conn, err := net.DialTimeout("tcp4", p.address, limit)
	if err != nil {
		t.Fatal(err)
	}
	conn.SetDeadline(time.Now().Add(limit))
	t.Cleanup(func() { conn.Close() })
	p.accepts++
	return conn.(*net.TCPConn)
}

// pattern is bytes of which no two near ones can be taken for each other.
func pattern(size int) []byte {
	b := make([]byte, size)
	for i := range b {
		b[i] = byte(i*7 + i>>8*13 + i>>16)
	}
	return b
}

func (p *peer) echo(t *testing.T, size int) {
	conn, sent, back := p.dial(t), pattern(size), make([]byte, size)
	go conn.Write(sent)
	if _, err := io.ReadFull(conn, back); err != nil || !bytes.Equal(back, sent) {
		t.Fatalf("%d bytes: error %v, or others came back", size, err)
	}
	p.bytes += size
	conn.CloseWrite()
	if rest, err := io.ReadAll(conn); err != nil || len(rest) > 0 {
		t.Fatalf("after the end: %d bytes, error %v", len(rest), err)
	}
}

// endWithLastWords ends its direction with the bytes, so that the peer often sees both at once.
func (p *peer) endWithLastWords(t *testing.T) {
	conn, words := p.dial(t), []byte("last words")
	if _, err := conn.Write(words); err != nil {
		t.Fatal(err)
	}
	conn.CloseWrite()
	if back, err := io.ReadAll(conn); err != nil || !bytes.Equal(back, words) {
		t.Fatalf("%q came back, error %v", back, err)
	}
	p.bytes += len(words)
}

// endWithFullSockets ends its direction when nothing more goes out, because nobody reads what comes back. A peer that takes
// all it gets has shown nothing here, and is let off at some size.
func (p *peer) endWithFullSockets(t *testing.T) {
	conn, sent := p.dial(t), pattern(32<<20)
	conn.SetWriteDeadline(time.Now().Add(200 * time.Millisecond))
	n, _ := conn.Write(sent)
	conn.CloseWrite()
	if back, err := io.ReadAll(conn); err != nil || !bytes.Equal(back, sent[:n]) {
		t.Fatalf("%d bytes of %d, or others, came back, error %v", len(back), n, err)
	}
	p.bytes += n
}

func (p *peer) stop(t *testing.T) {
	p.dial(t) // and leave it open: nobody waits for idle clients
	p.echo(t, 1)
	if err := p.command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	overdue := time.AfterFunc(limit, func() { p.command.Process.Kill() })
	defer overdue.Stop()
	if err := p.command.Wait(); err != nil {
		t.Errorf("after SIGTERM: %v", err)
	}
	lines := strings.Split(strings.TrimSpace(p.stderr.String()), "\n")
	var counted struct{ Bytes, Accepts int }
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &counted); err != nil {
		t.Fatalf("%v in %q", err, lines)
	}
	if counted.Bytes != p.bytes || counted.Accepts != p.accepts {
		t.Errorf("counted %+v, not %d bytes and %d accepts", counted, p.bytes, p.accepts)
	}
}
