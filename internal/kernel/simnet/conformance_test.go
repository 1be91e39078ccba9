package simnet

import (
	"testing"

	"github.com/eddy-go/eddy/internal/kernel"
	"github.com/eddy-go/eddy/internal/kernel/kerneltest"
	"github.com/eddy-go/eddy/internal/tape"
)

func TestConformance(t *testing.T) {
	kerneltest.Conformance(t, func(*testing.T) kernel.Kernel { return Standalone(tape.Seeded(1)) })
}
