package main

import (
	"context"
	"log/slog"
	"reflect"
	"testing"
	"time"

	"github.com/urfave/cli/v3"
)

// parse returns what a command line of `run` says.
func parse(t *testing.T, args ...string) options {
	t.Helper()
	var o options
	cmd := &cli.Command{Name: "run", Flags: runFlags(), Action: func(_ context.Context, cmd *cli.Command) (err error) {
		o, err = optionsFrom(cmd)
		return err
	}}
	if err := cmd.Run(context.Background(), append([]string{"run"}, args...)); err != nil {
		t.Fatal(err)
	}
	return o
}

func TestOptions(t *testing.T) {
	traces := t.TempDir()
	defaults := options{
		listen:          []string{"127.0.0.1:8080"},
		idleTimeout:     10 * time.Second,
		maxConns:        10000,
		shutdownTimeout: 5 * time.Second,
		logLevel:        slog.LevelInfo,
		logFormat:       "text",
		slowPoll:        100 * time.Millisecond,
	}
	others := options{
		listen:          []string{"[::1]:0", "unix:/tmp/echo"},
		unixMode:        0o660,
		idleTimeout:     0,
		maxConns:        7,
		shutdownTimeout: time.Minute,
		logLevel:        slog.LevelDebug,
		logFormat:       "json",
		portFile:        "ports",
		slowPoll:        time.Second,
		slowPollTrace:   traces,
		tlsCert:         "cert.pem",
		tlsKey:          "key.pem",
	}
	t.Run("defaults", func(t *testing.T) {
		if got := parse(t); !reflect.DeepEqual(got, defaults) {
			t.Errorf("got %+v", got)
		}
	})
	t.Run("flags", func(t *testing.T) {
		got := parse(t, "--listen", "[::1]:0", "--listen", "unix:/tmp/echo", "--unix-mode", "0660", "--idle-timeout", "0", "--max-conns", "7",
			"--shutdown-timeout", "1m", "--log-level", "debug", "--log-format", "json", "--port-file", "ports", "--slow-poll", "1s", "--slow-poll-trace", traces,
			"--tls-cert", "cert.pem", "--tls-key", "key.pem")
		if !reflect.DeepEqual(got, others) {
			t.Errorf("got %+v", got)
		}
	})
	t.Run("environment", func(t *testing.T) {
		for name, value := range map[string]string{
			"EDDY_LISTEN": "[::1]:0,unix:/tmp/echo", "EDDY_UNIX_MODE": "660", "EDDY_IDLE_TIMEOUT": "0s", "EDDY_MAX_CONNS": "7",
			"EDDY_SHUTDOWN_TIMEOUT": "60s", "EDDY_LOG_LEVEL": "DEBUG", "EDDY_LOG_FORMAT": "json", "EDDY_PORT_FILE": "ports",
			"EDDY_SLOW_POLL": "1000ms", "EDDY_SLOW_POLL_TRACE": traces, "EDDY_TLS_CERT": "cert.pem", "EDDY_TLS_KEY": "key.pem",
		} {
			t.Setenv(name, value)
		}
		if got := parse(t); !reflect.DeepEqual(got, others) {
			t.Errorf("got %+v", got)
		}
		if got := parse(t, "--max-conns", "8").maxConns; got != 8 {
			t.Errorf("the flag does not go before the environment: %d", got)
		}
	})
}
