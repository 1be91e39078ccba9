package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/eddy-go/eddy/cmd/echo-server/internal/load"
	"github.com/eddy-go/eddy/cmd/echo-server/internal/loadreport"
)

// benchFiles are the files that a run is to fill. They are opened before it begins: whoever waits for an hour learns of
// a misspelt directory in the first second.
type benchFiles []*benchFile

func (o *benchOptions) files() (benchFiles, error) {
	var files benchFiles
	for _, wanted := range []struct {
		path string
		fill func(io.Writer, *load.Result) error
	}{
		{o.hist, loadreport.Percentiles},
		{o.plot, loadreport.Plot},
	} {
		if wanted.path == "" {
			continue
		}
		f, err := openBenchFile(wanted.path)
		if err != nil {
			files.discard()
			return nil, fmt.Errorf("cannot write %s: %w", oneLine(wanted.path), reason(err))
		}
		f.fill = wanted.fill
		if slices.ContainsFunc(files, f.isToReplaceTheSameAs) {
			f.unfinished.Close()
			files.discard()
			return nil, errors.New("--hist and --plot name the same file")
		}
		files = append(files, f)
	}
	return files, nil
}

// write fills the files and gives them their names: each that can be written.
func (files benchFiles) write(result *load.Result) error {
	var unwritten []error
	for _, f := range files {
		if err := f.write(result); err != nil {
			unwritten = append(unwritten, fmt.Errorf("cannot write %s: %w", oneLine(f.path), reason(err)))
		}
	}
	return errors.Join(unwritten...)
}

// discard leaves nothing behind of files that were not written.
func (files benchFiles) discard() {
	for _, f := range files {
		f.discard()
	}
}

// benchFile is a file that appears, or replaces the one that is there, with all of its contents or not at all.
type benchFile struct {
	path       string // as it was given
	target     string // where path's links end
	unfinished *os.File
	fill       func(io.Writer, *load.Result) error
}

func openBenchFile(path string) (*benchFile, error) {
	f := &benchFile{path: path, target: path}
	info, err := os.Stat(path)
	if err == nil && !info.Mode().IsRegular() && !info.IsDir() {
		// A pipe or a device, such as /dev/stdout, is not replaced.
		f.unfinished, err = os.OpenFile(path, os.O_WRONLY, 0)
		return f, err
	}
	if err == nil {
		if f.target, err = filepath.EvalSymlinks(path); err != nil {
			return nil, err
		}
		if info.IsDir() {
			return nil, errors.New("it is a directory")
		}
		old, err := os.OpenFile(f.target, os.O_WRONLY, 0)
		if err != nil {
			return nil, err // who may not write it may not replace it
		}
		old.Close()
	}
	// The process's number keeps it apart from other runs' and from the user's own files.
	f.unfinished, err = os.OpenFile(fmt.Sprintf("%s.%d.new", f.target, os.Getpid()), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o666)
	return f, err
}

// isToReplaceTheSameAs reports whether two paths, however they are written, end at one file.
func (f *benchFile) isToReplaceTheSameAs(other *benchFile) bool {
	a, err := f.unfinished.Stat()
	if err != nil {
		return false
	}
	b, err := other.unfinished.Stat()
	return err == nil && f.replaces() && other.replaces() && os.SameFile(a, b)
}

func (f *benchFile) replaces() bool { return f.unfinished.Name() != f.path }

func (f *benchFile) write(result *load.Result) error {
	err := f.fill(f.unfinished, result)
	if closeErr := f.unfinished.Close(); err == nil {
		err = closeErr
	}
	if err == nil && f.replaces() {
		err = os.Rename(f.unfinished.Name(), f.target)
	}
	if err == nil {
		f.unfinished = nil
	}
	return err
}

func (f *benchFile) discard() {
	if f.unfinished == nil {
		return
	}
	f.unfinished.Close()
	if f.replaces() {
		os.Remove(f.unfinished.Name())
	}
}
