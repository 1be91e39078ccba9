package simnet

import (
	"testing"

	"github.com/eddy-go/eddy/internal/kernel"
	"github.com/eddy-go/eddy/internal/tape"
)

// A runtime looks for kernel.Simulated in the kernel that it is given.
func TestKernelIsSimulated(t *testing.T) {
	var k kernel.Kernel = Standalone(tape.Recorded(nil))
	if _, ok := k.(kernel.Simulated); !ok {
		t.Errorf("%T is no kernel.Simulated", k)
	}
	if err := k.End(); err != nil {
		t.Error(err)
	}
}
