//go:build darwin || freebsd || netbsd || openbsd || dragonfly

package kernel_test

import (
	"testing"

	"github.com/eddy-go/eddy/internal/kernel"
	"github.com/eddy-go/eddy/internal/kernel/kerneltest"
)

// kqueue keeps the contract of a kernel.
func TestKqueueConformance(t *testing.T) {
	kerneltest.Conformance(t, func(t *testing.T) kernel.Kernel {
		k, err := kernel.New()
		if err != nil {
			t.Fatal(err)
		}
		return k
	})
}
