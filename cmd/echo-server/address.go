package main

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"strconv"
	"strings"
	"syscall"

	"github.com/eddy-go/eddy"
)

// unixPrefix marks the path of a Unix socket among the addresses.
const unixPrefix = "unix:"

// listen makes the listeners, all or none. Its error names the address and the reason in one line.
func (s *server) listen() error {
	for _, address := range s.options.listen {
		l, err := s.listenOn(address)
		if err != nil {
			return fmt.Errorf("cannot listen on %s: %w", oneLine(address), reason(err))
		}
		s.listeners = append(s.listeners, l)
	}
	return nil
}

func (s *server) listenOn(address string) (*eddy.TCPListener, error) {
	config := eddy.ListenConfig{UnixMode: s.options.unixMode}
	if path, ok := strings.CutPrefix(address, unixPrefix); ok {
		l, err := config.ListenUnix(s.rt, path)
		return l, explainPath(path, err)
	}
	return config.ListenTCP(s.rt, address)
}

// oneLine quotes an address that would not show as it is.
func oneLine(address string) string {
	if quoted := strconv.Quote(address); quoted != `"`+address+`"` {
		return quoted
	}
	return address
}

// explainPath says what the system's error about a Unix socket's file leaves open.
func explainPath(path string, err error) error {
	switch {
	case errors.Is(err, syscall.EINVAL) && len(path) > maxUnixPath:
		return fmt.Errorf("the path has %d bytes, and a Unix socket's may have %d", len(path), maxUnixPath)
	case errors.Is(err, syscall.EADDRINUSE):
		if info, statErr := os.Lstat(path); statErr == nil && info.Mode().Type() != fs.ModeSocket {
			return errors.New("the file is there already and is not a socket")
		}
	}
	return err
}

// reason strips from an error of listen what the line says already.
func reason(err error) error {
	var address *net.AddrError
	var number syscall.Errno
	switch {
	case errors.As(err, &address):
		return errors.New(address.Err)
	case errors.As(err, &number):
		return number
	}
	return err
}

// addresses returns what is listened on, as --listen would name it.
func (s *server) addresses() []string {
	names := make([]string, len(s.listeners))
	for i, l := range s.listeners {
		names[i] = nameOf(l.Addr())
	}
	return names
}

func nameOf(a net.Addr) string {
	if a.Network() == "unix" {
		return unixPrefix + a.String()
	}
	return a.String()
}

// writePortFile tells the addresses to whoever waits for the file, which appears with all of its lines.
func (s *server) writePortFile() error {
	file := s.options.portFile
	if file == "" {
		return nil
	}
	unfinished := file + ".new"
	err := os.WriteFile(unfinished, []byte(strings.Join(s.addresses(), "\n")+"\n"), 0o644)
	if err == nil {
		err = os.Rename(unfinished, file)
	}
	if err != nil {
		return fmt.Errorf("cannot write the port file %s: %w", file, reason(err))
	}
	return nil
}
