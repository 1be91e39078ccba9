//go:build linux

package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// baseline is what stands in baseline.json: the quantities as they were accepted last, and where they were measured.
type baseline struct {
	TakenWith  conditions `json:"taken with"`
	Quantities []accepted `json:"quantities"`
}

// conditions are what instruction counts and sizes depend on besides our own code.
type conditions struct {
	Go       string `json:"go"`
	Platform string `json:"platform"`
	CPU      string `json:"cpu"`
	Kernel   string `json:"kernel"`
	Valgrind string `json:"valgrind"`
	Strace   string `json:"strace"`
}

// accepted is one quantity. Why says what it consists of, or why it was allowed to grow; people write it.
type accepted struct {
	Name  string  `json:"name"`
	Value float64 `json:"value"`
	Why   string  `json:"why"`
}

func baselineFile() string { return filepath.Join(source(), "baseline.json") }

func readBaseline() (b baseline, err error) {
	text, err := os.ReadFile(baselineFile())
	if err == nil {
		err = json.Unmarshal(text, &b)
	}
	return b, err
}

func (b *baseline) find(name string) *accepted {
	for i := range b.Quantities {
		if b.Quantities[i].Name == name {
			return &b.Quantities[i]
		}
	}
	return nil
}

// accept takes over what was measured. Reasons stay. With all, everything was measured, and what is not among it goes.
func (b *baseline) accept(found []quantity, now conditions, all bool) {
	b.TakenWith = now
	old := *b
	if all {
		b.Quantities = nil
	}
	for _, q := range found {
		entry := accepted{Name: q.name}
		if before := old.find(q.name); before != nil {
			entry = *before
		}
		entry.Value = q.rounded()
		if at := b.find(q.name); at != nil {
			*at = entry
		} else {
			b.Quantities = append(b.Quantities, entry)
		}
	}
}

// write writes the file with one quantity a line, so that a change of one is a change of one line.
func (b *baseline) write() error {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	text.WriteString("{\n\"taken with\": ")
	if err := encoder.Encode(b.TakenWith); err != nil {
		return err
	}
	text.Truncate(text.Len() - 1)
	text.WriteString(",\n\"quantities\": [")
	for i, q := range b.Quantities {
		if i > 0 {
			text.WriteByte(',')
		}
		text.WriteString("\n  ")
		if err := encoder.Encode(q); err != nil {
			return err
		}
		text.Truncate(text.Len() - 1)
	}
	text.WriteString("\n]\n}\n")
	return os.WriteFile(baselineFile(), text.Bytes(), 0o644)
}

// here returns the conditions of this machine. What cannot be found out stays empty: it is for people.
func here() conditions {
	return conditions{
		Go:       runtime.Version(),
		Platform: runtime.GOOS + "/" + runtime.GOARCH,
		CPU:      cpuModel(),
		Kernel:   firstLine("uname", "-r"),
		Valgrind: strings.TrimPrefix(firstLine("valgrind", "--version"), "valgrind-"),
		Strace:   strings.TrimPrefix(firstLine("strace", "--version"), "strace -- version "),
	}
}

func firstLine(command ...string) string {
	out, _ := exec.Command(command[0], command[1:]...).Output()
	line, _, _ := strings.Cut(string(out), "\n")
	return line
}

func cpuModel() string {
	text, _ := os.ReadFile("/proc/cpuinfo")
	_, rest, _ := strings.Cut(string(text), "model name")
	line, _, _ := strings.Cut(rest, "\n")
	return strings.TrimLeft(line, "\t :")
}
