// Program mutants breaks one line of the runtime at a time and runs the tests that must notice. A rule of
// docs/reliability.md whose line can be broken with all tests green is a rule that nothing holds.
//
//	go run ./scripts/mutants            break every line of the table, one after the other
//	go run ./scripts/mutants -run F7    only the rules that match
//	go run ./scripts/mutants -write     and write the result into docs/reliability.md
//
// The tree is not touched: go test gets the broken file as an overlay. Tests of the simulation run over 2000 seeds, in
// the order 1, 2, 3 and so on, and end at the first seed that shows the fault; the table says which one it was.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// seeds is how many worlds a simulated test may take to notice.
const seeds = 2000

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
		os.Exit(1)
	}
}

func run() error {
	only := flag.String("run", "", "break only the lines of rules that match this `regexp`")
	write := flag.Bool("write", false, "write the result into "+page)
	flag.Parse()
	pattern, err := regexp.Compile(*only)
	if err != nil {
		return err
	}
	tmp, err := os.MkdirTemp("", "mutants")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)

	var results []result
	survivors := 0
	for _, m := range table {
		if !pattern.MatchString(m.Rule) {
			continue
		}
		r, err := m.try(tmp)
		if err != nil {
			return fmt.Errorf("%s, %s: %w", m.Rule, m.File, err)
		}
		fmt.Println(r)
		if !r.red {
			survivors++
		}
		results = append(results, r)
	}
	if survivors > 0 {
		return fmt.Errorf("%d of %d broken lines went unnoticed", survivors, len(results))
	}
	if *write {
		return writePage(results)
	}
	return nil
}

// result is what became of one broken line.
type result struct {
	mutant
	red  bool
	by   string // the test that noticed
	seed string // in which world; "" if it needed none
}

func (r result) String() string {
	outcome := "went unnoticed"
	if r.red {
		outcome = "red: " + r.by
	}
	if r.seed != "" {
		outcome += ", seed " + r.seed
	}
	return fmt.Sprintf("%-4s %s: %s", r.Rule, r.File, outcome)
}

var (
	failedTest = regexp.MustCompile(`(?m)^\s*--- FAIL: (\S+)`)
	stuckTest  = regexp.MustCompile(`(?m)^\s+(Test\S+) \(`)
	replay     = regexp.MustCompile(`-sim\.seed=(\d+)`)
)

// try breaks the line and runs the tests.
func (m mutant) try(tmp string) (result, error) {
	r := result{mutant: m}
	broken, err := m.broken()
	if err != nil {
		return r, err
	}
	overlay, err := m.overlay(tmp, broken)
	if err != nil {
		return r, err
	}
	limit := "-timeout=60s"
	if m.simulated() {
		limit = "-timeout=600s"
	}
	args := []string{"test", "-count=1", "-vet=off", limit, "-overlay", overlay, "-run", m.Run, "./" + m.Package}
	if m.simulated() {
		args = append(args, "-sim.seed=1", fmt.Sprint("-sim.seeds=", seeds))
	}
	out, err := exec.Command("go", args...).CombinedOutput()
	text := string(out)
	switch {
	case strings.Contains(text, "[build failed]") || strings.Contains(text, "[setup failed]"):
		return r, fmt.Errorf("it does not compile any more:\n%s", text)
	case strings.Contains(text, "no tests to run"):
		return r, fmt.Errorf("no test in %s matches %q", m.Package, m.Run)
	case err == nil:
		return r, nil
	}
	r.red = true
	if found := failedTest.FindAllStringSubmatch(text, -1); len(found) > 0 {
		r.by = found[len(found)-1][1]
	} else if found := stuckTest.FindStringSubmatch(text); found != nil {
		r.by = found[1] + " (never ended)"
	} else {
		r.by = m.Run + " (the process died)"
	}
	if found := replay.FindStringSubmatch(text); found != nil && m.simulated() {
		r.seed = found[1]
	}
	return r, nil
}

// simulated reports whether the tests take seeds.
func (m mutant) simulated() bool { return m.Package == "sim" || strings.HasPrefix(m.Package, "sim/") }

// broken returns the text of the file with the line replaced. The line must stand in it exactly once: otherwise the
// table is out of date.
func (m mutant) broken() (string, error) {
	text, err := os.ReadFile(m.File)
	if err != nil {
		return "", err
	}
	if n := strings.Count(string(text), m.Old); n != 1 {
		return "", fmt.Errorf("%q stands in it %d times", m.Old, n)
	}
	return strings.Replace(string(text), m.Old, m.New, 1), nil
}

// overlay writes what go test reads in place of the file.
func (m mutant) overlay(tmp, broken string) (string, error) {
	here, err := filepath.Abs(m.File)
	if err != nil {
		return "", err
	}
	file, overlay := filepath.Join(tmp, filepath.Base(m.File)), filepath.Join(tmp, "overlay.json")
	list, err := json.Marshal(map[string]map[string]string{"Replace": {here: file}})
	if err != nil {
		return "", err
	}
	if err := os.WriteFile(file, []byte(broken), 0o600); err != nil {
		return "", err
	}
	return overlay, os.WriteFile(overlay, list, 0o600)
}
