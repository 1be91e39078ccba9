package eddy_test

import (
	"github.com/eddy-go/eddy/internal/kernel"
	"github.com/eddy-go/eddy/internal/kernel/kqueuemodel"
)

// kernels are what the tests run on: the system's, and the poller of the other systems on a model of theirs.
var kernels = map[string]func() (kernel.Kernel, error){
	"epoll":  kernel.New,
	"kqueue": kqueuemodel.New,
}
