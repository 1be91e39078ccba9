package main

import (
	"bytes"
	"os"
	"strings"
	"testing"
)

// beMain makes the test binary behave as the program: tests start it again as a process of its own.
const beMain = "ECHO_SERVER_TEST_BE_MAIN"

func TestMain(m *testing.M) {
	if os.Getenv(beMain) != "" {
		main()
	}
	os.Exit(m.Run())
}

// runHere runs the program inside the test. It is for command lines that end by themselves.
func runHere(args ...string) (code int, stdout, stderr string) {
	var out, errs bytes.Buffer
	code = run(append([]string{"echo-server"}, args...), &out, &errs)
	return code, out.String(), errs.String()
}

func TestWrongUsageExits2WithOneLine(t *testing.T) {
	for _, c := range []struct {
		args string
		want string // what the line must name
	}{
		{"", "a command is missing"},
		{"serve", `no command "serve"`},
		{"--bogus", "-bogus"},
		{"run --bogus", "-bogus"},
		{"run now", `"now"`},
		{"run --listen", "--listen"},
		{"run --idle-timeout soon", `"soon"`},
		{"run --idle-timeout -1s", "--idle-timeout"},
		{"run --shutdown-timeout 0", "--shutdown-timeout"},
		{"run --max-conns many", `"many"`},
		{"run --max-conns 0", "--max-conns"},
		{"run --log-level loud", `"loud"`},
		{"run --log-format xml", `"xml"`},
		{"run --unix-mode 9", `"9"`},
		{"run --unix-mode 1777", `"1777"`},
		{"run --unix-mode 0", `"0"`},
		{"run --tls-cert cert.pem", "--tls-key"},
		{"run --tls-key key.pem", "--tls-cert"},
		{"test all", `"all"`},
		{"test --bogus", "-bogus"},
		{"version 2", `"2"`},
		{"completion", "bash"},
		{"completion tcsh", "bash"},
		{"help serve", "serve"},
	} {
		t.Run(c.args, func(t *testing.T) {
			code, stdout, stderr := runHere(strings.Fields(c.args)...)
			if code != exitUsage {
				t.Errorf("exit code %d, want %d", code, exitUsage)
			}
			if stdout != "" {
				t.Errorf("stdout got %q", stdout)
			}
			if strings.Count(stderr, "\n") != 1 || !strings.HasSuffix(stderr, "\n") {
				t.Errorf("not one line: %q", stderr)
			}
			if !strings.HasPrefix(stderr, "echo-server: ") || !strings.Contains(stderr, c.want) || !strings.Contains(stderr, "--help") {
				t.Errorf("%q does not name %q and --help", stderr, c.want)
			}
		})
	}
}

func TestWrongEnvironmentIsNamed(t *testing.T) {
	t.Setenv("EDDY_IDLE_TIMEOUT", "soon")
	code, _, stderr := runHere("run")
	if code != exitUsage || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, "EDDY_IDLE_TIMEOUT") {
		t.Errorf("exit code %d, %q", code, stderr)
	}
}

func TestWhatPrintsAndExits0(t *testing.T) {
	for _, c := range []struct {
		args string
		want []string
	}{
		{"--help", []string{"run", "test", "version", "completion"}},
		{"help", []string{"run", "test", "version", "completion"}},
		{"run --help", []string{"--listen", "--unix-mode", "--idle-timeout", "--max-conns", "--shutdown-timeout", "--log-level", "--log-format", "--port-file", "--tls-cert", "--tls-key", "EDDY_LISTEN", "SIGUSR1", "SIGQUIT", "SIGHUP"}},
		{"test --help", []string{"echo-server test"}},
		{"version", []string{"echo-server ", "go1."}},
		{"--version", []string{"go1."}},
		{"completion bash", []string{"echo-server"}},
		{"completion zsh", []string{"echo-server"}},
		{"completion fish", []string{"echo-server"}},
		{"completion pwsh", []string{"Register-ArgumentCompleter"}},
	} {
		t.Run(c.args, func(t *testing.T) {
			code, stdout, stderr := runHere(strings.Fields(c.args)...)
			if code != 0 || stderr != "" {
				t.Errorf("exit code %d, stderr %q", code, stderr)
			}
			for _, want := range c.want {
				if !strings.Contains(stdout, want) {
					t.Errorf("no %q in:\n%s", want, stdout)
				}
			}
		})
	}
}
