package sim

import (
	"errors"
	"flag"
	"strconv"
	"testing"
)

// flags are those of the test binary.
var flags struct {
	seed  *uint64 // nil: each test has its own
	seeds uint64
	trace string
	check bool
}

// A program that imports this package has its own flags.
func init() {
	flags.seeds = 1
	if !testing.Testing() {
		return
	}
	flag.Func("sim.seed", "begin every sim.Run at seed `S` instead of its own", func(s string) error {
		seed, err := parseNumber(s)
		flags.seed = &seed
		return err
	})
	flag.Func("sim.seeds", "run `N` seeds in every sim.Run, from its own or from -sim.seed on", func(s string) error {
		var err error
		flags.seeds, err = parseNumber(s)
		if err == nil && flags.seeds == 0 {
			return errors.New("must be at least 1")
		}
		return err
	})
	flag.StringVar(&flags.trace, "sim.trace", "", "write every decision and kernel call to `FILE`; of many seeds, those of the last one that ran")
	flag.BoolVar(&flags.check, "sim.check", false, "run each seed twice, and fail if the two runs differ")
}

func parseNumber(s string) (uint64, error) {
	n, err := strconv.ParseUint(s, 0, 64)
	if err != nil {
		return 0, errors.New("want a number from 0 to 18446744073709551615")
	}
	return n, nil
}
