package loadreport

import (
	"testing"
	"time"

	"github.com/eddy-go/eddy/cmd/echo-server/internal/load"
)

func TestBriefDurations(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0ns", 999: "999ns", 1000: "1.00µs", 9994: "9.99µs", 9995: "10.0µs", 99_940: "99.9µs", 99_950: "100µs", 999_400: "999µs", 999_500: "1.00ms",
		1_234_567: "1.23ms", 999_499_999: "999ms", 999_500_000: "1.00s", 61 * time.Second: "61.0s", time.Hour: "3600s",
	} {
		if got := brief(d); got != want {
			t.Errorf("%d ns is %s, want %s", d, got, want)
		}
	}
}

func TestGroupedNumbers(t *testing.T) {
	for n, want := range map[uint64]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567"} {
		if got := grouped(n); got != want {
			t.Errorf("%d is %s, want %s", n, got, want)
		}
	}
}

func TestProgressLine(t *testing.T) {
	p := load.Plan{Warmup: time.Second, Duration: 10 * time.Second}
	figures := load.Live{Rate: 12345.6, P99: 412 * time.Microsecond, Failures: 2}
	at := func(phase load.Phase, elapsed time.Duration) load.Live {
		l := figures
		l.Phase, l.Elapsed = phase, elapsed
		return l
	}
	standing := at(load.Measuring, 2*time.Second)
	standing.Rate, standing.P99 = 0, 0
	byCount := p
	byCount.Duration, byCount.Messages = 0, 5000
	for _, c := range []struct {
		p    load.Plan
		l    load.Live
		want string
	}{
		{p, at(load.Connecting, 0), "connecting  errors 2"},
		{p, at(load.Warming, 500*time.Millisecond), "warming up 0.5s of 1s  12,346 msg/s  p99 412µs  errors 2"},
		{p, at(load.Measuring, 4290*time.Millisecond), "3.2s of 10s  12,346 msg/s  p99 412µs  errors 2"},
		{byCount, at(load.Measuring, 2*time.Second), "1.0s of 5,000 messages  12,346 msg/s  p99 412µs  errors 2"},
		{p, standing, "1.0s of 10s  0.0 msg/s  p99 -  errors 2"},
		{p, at(load.Ending, 11*time.Second), "ending 11.0s  12,346 msg/s  p99 412µs  errors 2"},
	} {
		if got := Progress(c.p, c.l); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}
