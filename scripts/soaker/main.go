//go:build linux

// Program soaker plays clients of all kinds against the echo-server binary, for as long as it is told, and accounts
// for every byte. scripts/soak builds both and says what the rounds are.
//
// Its own clients use package net: nothing of eddy is on their side. An actor plays one client at a time; what each
// client knows in the end goes into the ledger of its round. When the round's clients have gone the ledger is compared
// with the server's own counters. It ends the processes that it has started, on every way out.
package main

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"syscall"
	"time"
)

// The exit codes besides 0.
const (
	exitViolation   = 1
	exitCannot      = 2
	exitInterrupted = 130
)

func main() { os.Exit(run()) }

func run() int {
	dir := flag.String("dir", "", "the directory that holds the echo-server binary; it is removed")
	flag.Parse()
	length, seed, err := arguments(flag.Args())
	if err == nil {
		err = lookForTools()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "soak:", err)
		_ = os.RemoveAll(*dir)
		return exitCannot
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	fmt.Printf("soak: %v, seed %d\n", length, seed)

	k := newSoak(*dir, seed)
	err = k.run(ctx, length)
	switch {
	case ctx.Err() != nil:
		fmt.Println("interrupted")
		k.cleanUp(false)
		return exitInterrupted
	case err != nil:
		k.violations = append(k.violations, err.Error())
	}
	k.print(os.Stdout)
	return k.verdict()
}

// arguments are MINUTES [SEED].
func arguments(args []string) (length time.Duration, seed uint64, err error) {
	if len(args) < 1 || len(args) > 2 {
		return 0, 0, fmt.Errorf("usage: scripts/soak MINUTES [SEED]")
	}
	minutes, err := strconv.ParseFloat(args[0], 64)
	if err != nil || minutes <= 0 {
		return 0, 0, fmt.Errorf("%q is not a number of minutes", args[0])
	}
	if seed = uint64(rand.Uint32()); len(args) == 2 {
		if seed, err = strconv.ParseUint(args[1], 10, 64); err != nil {
			return 0, 0, fmt.Errorf("%q is not a seed", args[1])
		}
	}
	return time.Duration(minutes * float64(time.Minute)), seed, nil
}

// lookForTools has nothing left out in silence.
func lookForTools() error {
	for _, tool := range []string{"nc.openbsd", "ncat", "socat", "redis-benchmark", "strace"} {
		if _, err := exec.LookPath(tool); err != nil {
			return fmt.Errorf("missing: %s", tool)
		}
	}
	return nil
}

// mostShown bounds the violations that are printed. Picked: a screen.
const mostShown = 30

// verdict prints what is wrong and returns the exit code.
func (k *soak) verdict() int {
	if len(k.violations) == 0 {
		k.cleanUp(false)
		fmt.Println("\nsoak: every byte is accounted for")
		return 0
	}
	fmt.Println()
	for i, v := range k.violations {
		if i == mostShown {
			fmt.Printf("... and %d more\n", len(k.violations)-i)
			break
		}
		fmt.Println("VIOLATION:", v)
	}
	k.cleanUp(true)
	return exitViolation
}
