//go:build linux

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
)

// source is the directory of this package, hence where the tree is: the guard is run from its sources only.
func source() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Dir(file)
}

func tree() string { return filepath.Join(source(), "..", "..") }

// build builds a main package of the tree, with the probe in it, into the directory dir. replaced are files of the tree
// that are read from elsewhere, for tests that break something.
func build(dir, pkg string, replaced map[string]string) (binary string, err error) {
	overlay := map[string]string{filepath.Join(tree(), pkg, "guard_probe.go"): filepath.Join(source(), "probe", "probe.go")}
	for file, by := range replaced {
		overlay[filepath.Join(tree(), file)] = by
	}
	list, err := json.Marshal(map[string]map[string]string{"Replace": overlay})
	if err != nil {
		return "", err
	}
	listFile := filepath.Join(dir, filepath.Base(pkg)+".overlay.json")
	if err := os.WriteFile(listFile, list, 0o600); err != nil {
		return "", err
	}
	binary = filepath.Join(dir, filepath.Base(pkg))
	cmd := exec.Command("go", "build", "-tags", "guardprobe", "-overlay", listFile, "-o", binary, "./"+pkg)
	cmd.Dir = tree()
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building %s: %w\n%s", pkg, err, out)
	}
	return binary, nil
}
