//go:build linux

package main

import (
	"bytes"
	"strings"
	"testing"
)

func TestVerdicts(t *testing.T) {
	cases := []struct {
		rule            rule
		baseline, value float64
		want            verdict
	}{
		{share, 1000, 1050, same},
		{share, 1000, 1051, grown},
		{share, 1000, 950, same},
		{share, 1000, 949, shrunk},
		{share, 0, 1, grown},
		{sized, 0, 16, same},
		{sized, 0, 17, grown},
		{sized, 1000, 1051, grown},
		{exact, 1, 1.015, same},
		{exact, 1, 1.03, grown},
		{exact, 1, 0.97, shrunk},
		{exact, 64, 65, grown},
		{whole, 0, 0.4, same},
		{whole, 0, 1, grown},
	}
	for _, c := range cases {
		if got := (quantity{value: c.value, rule: c.rule}).against(c.baseline); got != c.want {
			t.Errorf("rule %d: %v against %v is %q, not %q", c.rule, c.value, c.baseline, got, c.want)
		}
	}
}

// The report names what has grown, by how much, and why it was as it was; what is new is red, what is less is not.
func TestReport(t *testing.T) {
	b := baseline{TakenWith: conditions{Go: "go1", Platform: "p"}, Quantities: []accepted{
		{"a", 100, "it must be"}, {"b", 1, ""}, {"c", 100, ""},
	}}
	cases := []struct {
		name    string
		found   []quantity
		now     conditions
		red     bool
		present string
	}{
		{"grown", []quantity{{"", "a", 110, share}}, b.TakenWith, true, "a: 110 instead of 100 (+10.00, +10.0 %)\n    its baseline: it must be"},
		{"shrunk", []quantity{{"", "c", 90, share}}, b.TakenWith, false, "c: 90 instead of 100 (-10.00, -10.0 %)"},
		{"same", []quantity{{"", "b", 1, exact}}, b.TakenWith, false, "ok     b"},
		{"new", []quantity{{"", "d", 5, share}}, b.TakenWith, true, "d: 5, and no baseline"},
		{"another Go", []quantity{{"", "b", 1, exact}}, conditions{Go: "go2", Platform: "p"}, false, "taken with go1 on p, this is go2 on p"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var out bytes.Buffer
			if red := report(&out, c.found, c.now, &b); red != c.red {
				t.Errorf("red: %v", red)
			}
			if !strings.Contains(out.String(), c.present) {
				t.Errorf("%q lacks %q", out.String(), c.present)
			}
			if accepts := strings.Contains(out.String(), "To accept it: go run ./guard -update"); accepts != c.red {
				t.Errorf("%q", out.String())
			}
		})
	}
}

// An update keeps the reasons; one of everything drops what is not measured any more.
func TestAccept(t *testing.T) {
	b := baseline{Quantities: []accepted{{"a", 1, "because"}, {"gone", 2, ""}}}
	b.accept([]quantity{{"", "a", 2.004, exact}, {"", "new", 7.6, share}}, conditions{Go: "go2"}, false)
	want := []accepted{{"a", 2, "because"}, {"gone", 2, ""}, {"new", 8, ""}}
	if len(b.Quantities) != 3 || b.Quantities[0] != want[0] || b.Quantities[1] != want[1] || b.Quantities[2] != want[2] {
		t.Errorf("%v", b.Quantities)
	}
	b.accept([]quantity{{"", "a", 3, exact}}, conditions{Go: "go2"}, true)
	if len(b.Quantities) != 1 || b.Quantities[0] != (accepted{"a", 3, "because"}) || b.TakenWith.Go != "go2" {
		t.Errorf("%v", b)
	}
}

// The baseline is as the program writes it, and has a reason for each quantity.
func TestBaselineFile(t *testing.T) {
	b, err := readBaseline()
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range b.Quantities {
		if q.Why == "" {
			t.Errorf("%s: why?", q.Name)
		}
	}
}

func TestMissingToolsAreNamed(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	if err := tools(); err == nil || !strings.Contains(err.Error(), "apt-get install strace valgrind") {
		t.Errorf("%v", err)
	}
}

func TestUnknownGroup(t *testing.T) {
	if _, err := groupsOf("memory,speed"); err == nil || !strings.Contains(err.Error(), "speed") {
		t.Errorf("%v", err)
	}
}
