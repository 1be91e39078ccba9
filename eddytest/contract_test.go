package eddytest_test

import (
	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/future"
)

// What the kit stands in for.
var (
	_ future.Clock  = (*eddytest.Clock)(nil)
	_ future.Target = (*bell)(nil)
)
