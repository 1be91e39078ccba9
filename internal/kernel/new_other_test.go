//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly)

package kernel

import (
	"errors"
	"testing"
)

func TestOtherSystemsAreUnsupported(t *testing.T) {
	if k, err := New(); k != nil || !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("%v, %v", k, err)
	}
}
