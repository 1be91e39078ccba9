package load_test

import (
	"strings"
	"testing"

	"github.com/eddy-go/eddy/cmd/echo-server/internal/load"
)

func TestFailureCountsLostBytes(t *testing.T) {
	for lost, want := range map[uint64]string{0: "after 7 bytes, none is lost", 1: "after 7 bytes, 1 is lost", 2: "after 7 bytes, 2 are lost"} {
		if got := (load.Failure{Kind: load.Closed, Offset: 7, Lost: lost}).String(); !strings.HasSuffix(got, want) {
			t.Errorf("it reads %q, want %q at the end", got, want)
		}
	}
}
