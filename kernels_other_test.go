//go:build unix && !linux

package eddy_test

import "github.com/eddy-go/eddy/internal/kernel"

// kernels are what the tests run on.
var kernels = map[string]func() (kernel.Kernel, error){"system": kernel.New}
