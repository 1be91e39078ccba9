//go:build linux

package kqueuemodel_test

import (
	"testing"

	"github.com/eddy-go/eddy/internal/kernel"
	"github.com/eddy-go/eddy/internal/kernel/kerneltest"
	"github.com/eddy-go/eddy/internal/kernel/kqueuemodel"
)

// The kqueue poller keeps the contract of a kernel, with either wake-up.
func TestConformance(t *testing.T) {
	for name, open := range map[string]func() (kernel.Kernel, error){
		"user event": kqueuemodel.New,
		"pipe":       kqueuemodel.NewWithoutUserEvents,
	} {
		t.Run(name, func(t *testing.T) {
			kerneltest.Conformance(t, func(t *testing.T) kernel.Kernel {
				k, err := open()
				if err != nil {
					t.Fatal(err)
				}
				return k
			})
		})
	}
}
