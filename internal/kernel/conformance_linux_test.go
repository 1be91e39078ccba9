package kernel_test

import (
	"testing"

	"github.com/eddy-go/eddy/internal/kernel"
	"github.com/eddy-go/eddy/internal/kernel/kerneltest"
)

func TestEpollConforms(t *testing.T) {
	kerneltest.Conformance(t, func(t *testing.T) kernel.Kernel {
		k, err := kernel.New()
		if err != nil {
			t.Fatal(err)
		}
		return k
	})
}
