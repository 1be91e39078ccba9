// Program api-cover lists what is exported and not held by any test: functions and methods that no test executes, and
// other names (types, constants, variables, fields of structs) that no test and no Example mentions. It exits with 1 if
// there are any.
//
//	go run ./scripts/api-cover                     # runs all tests to see what they execute
//	go run ./scripts/api-cover -profile cover.out  # takes what a run with -coverpkg=./... has seen
//
// Execution is known exactly. Mentions are compared by name, without types: a package's name counts where a test says
// pkg.Name (or Name, inside the package), a field where any test says .Field or Field: of whatever struct.
package main

import (
	"flag"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

const module = "github.com/eddy-go/eddy"

// packages are the directories whose exported names must be held: what programs import, and the layers below.
var packages = []string{".", "future", "eddytest", "internal/kernel", "internal/reactor", "internal/executor"}

func main() {
	log.SetFlags(0)
	log.SetPrefix("api-cover: ")
	profile := flag.String("profile", "", "a coverage profile of all tests; without it the tests are run")
	flag.Parse()

	missing, err := check(*profile)
	if err != nil {
		log.Fatal(err)
	}
	for _, m := range missing {
		fmt.Println(m)
	}
	if len(missing) > 0 {
		log.Fatalf("%d exported names are not held by a test", len(missing))
	}
}

// check returns a line for each exported name that no test holds.
func check(profile string) ([]string, error) {
	if profile == "" {
		dir, err := os.MkdirTemp("", "api-cover")
		if err != nil {
			return nil, err
		}
		defer os.RemoveAll(dir)
		profile = filepath.Join(dir, "cover.out")
		if err := runTests(profile); err != nil {
			return nil, err
		}
	}
	text, err := os.ReadFile(profile)
	if err != nil {
		return nil, err
	}
	executed, err := parseProfile(string(text))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", profile, err)
	}
	mentioned, err := mentionedInTests(".")
	if err != nil {
		return nil, err
	}
	var missing []string
	for _, dir := range packages {
		s, err := surfaceOf(dir)
		if err != nil {
			return nil, err
		}
		missing = append(missing, s.missing(executed, mentioned)...)
	}
	return missing, nil
}

// runTests runs all tests and leaves what they execute in the given file.
func runTests(profile string) error {
	var paths []string
	for _, dir := range packages {
		paths = append(paths, importPath(dir))
	}
	cmd := exec.Command("go", "test", "-coverprofile="+profile, "-coverpkg="+strings.Join(paths, ","), "./...")
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	return cmd.Run()
}

func importPath(dir string) string {
	if dir == "." {
		return module
	}
	return module + "/" + dir
}

// missing lists what of a package's surface is neither executed nor mentioned.
func (s *surface) missing(executed coverage, mentioned names) []string {
	var lines []string
	for _, f := range s.functions {
		if !executed.any(f) {
			lines = append(lines, fmt.Sprintf("%s:%d: no test executes %s.%s", f.file, f.first.line, s.path, f.name))
		}
	}
	for _, id := range s.identifiers {
		if !mentioned.has(s.path, id) {
			lines = append(lines, fmt.Sprintf("%s:%d: no test mentions %s.%s", id.file, id.line, s.path, id.name))
		}
	}
	slices.Sort(lines)
	return lines
}
