//go:build unix

package main

import (
	"log/slog"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/eddytest"
)

// hanging is a server whose certificate is a named pipe: whoever reads it hangs.
type hanging struct {
	*server
	log    *lockedBuffer
	key    string
	reader *eddy.JoinHandle[struct{}]
	writer *os.File // closed, it lets the reader go on, with an empty file
}

// whileItHangs runs test in a task, when another one runs load and reads the certificate.
func whileItHangs(t *testing.T, load func(s *server), test func(h *hanging)) {
	t.Helper()
	eddytest.Baseline(t)
	dir := t.TempDir()
	h := &hanging{log: &lockedBuffer{}, key: filepath.Join(dir, "key.pem")}
	pipe := filepath.Join(dir, "pipe.pem")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	err := eddy.BlockOn(func(rt *eddy.Runtime) error {
		o := options{listen: []string{"127.0.0.1:0"}, maxConns: 1, shutdownTimeout: testLimit, tlsCert: pipe, tlsKey: h.key}
		h.server = newServer(rt, o, slog.New(slog.NewTextHandler(h.log, nil)))
		h.reader = rt.Spawn(func() { load(h.server) })
		var err error
		// Opening a pipe for writing waits until somebody reads it.
		h.writer, err = eddy.Await(rt, eddy.Offload(rt, func() (*os.File, error) { return os.OpenFile(pipe, os.O_WRONLY, 0) }))
		if err != nil {
			return err
		}
		defer h.writer.Close()
		test(h)
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// What SIGHUP asks for while the first pair is read decides, as it does later: the first look has seen what is old.
func TestReloadDuringTheFirstLoad(t *testing.T) {
	var failed error
	whileItHangs(t, func(s *server) { failed = s.firstCertificate() }, func(h *hanging) {
		good := newPairFiles(t)
		good.write(t, 2, tomorrow())
		for from, to := range map[string]string{good.cert: h.options.tlsCert, good.key: h.key} {
			if err := os.Rename(from, to); err != nil {
				t.Fatal(err)
			}
		}
		h.reload()
		h.writer.Close()
		h.reader.Join()
		if failed != nil {
			t.Fatal(failed)
		}
		if n := h.certificate.Leaf.SerialNumber.Int64(); n != 2 {
			t.Errorf("certificate %d is in use", n)
		}
	})
}

// The first signal ends a server that cannot read its first pair, before it listens.
func TestStopDuringTheFirstLoad(t *testing.T) {
	var failed error
	whileItHangs(t, func(s *server) { failed = s.run() }, func(h *hanging) {
		h.askToStop()
		h.reader.Join()
		if failed != nil || h.announced || len(h.listeners) > 0 {
			t.Errorf("%v, announced: %t, %d listeners", failed, h.announced, len(h.listeners))
		}
	})
}

// A stop in the middle of a reload is no failure of the files.
func TestStopDuringAReload(t *testing.T) {
	whileItHangs(t, (*server).reload, func(h *hanging) {
		h.reader.Cancel()
		h.reader.Join()
		if log := h.log.String(); log != "" {
			t.Errorf("the log:\n%s", log)
		}
	})
}
