package loadreport_test

import (
	"errors"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/eddy-go/eddy/cmd/echo-server/internal/load"
)

// closed is the result of a closed loop that went well: latencies of 1 to 1000 µs.
func closed() *load.Result {
	r := &load.Result{
		Plan:      load.Plan{Network: "tcp", Address: "127.0.0.1:8080", Connections: 50, Size: 512, Depth: 2, Warmup: time.Second, Duration: 2 * time.Second, Verify: true},
		Connected: 50, Messages: 1000, Elapsed: 2 * time.Second,
		Totals:    load.Totals{MessagesSent: 1500, MessagesEchoed: 1500, BytesSent: 768_000, BytesReceived: 768_000},
		Latencies: hdrhistogram.New(1, int64(time.Hour), 3),
	}
	for i := range int64(1000) {
		r.Latencies.RecordValue((i + 1) * 1000)
	}
	return r
}

// open is the result of an open loop in which much went wrong.
func open() *load.Result {
	r := closed()
	p := &r.Plan
	p.Network, p.Address, p.Rate, p.Warmup, p.Connections = "unix", "/run/a&b<c>.sock", 1000, 0, 51
	r.Interrupted, r.SentRate, r.NotSent, r.Lost = true, 500, 1000, 77
	r.ByKind = [load.Kinds]uint64{load.Connect: 1, load.Closed: 2, load.Broken: 3, load.Silent: 4, load.Wrong: 5, load.Extra: 6, load.Unended: 7}
	r.Failures = []load.Failure{
		{Kind: load.Wrong, Connection: 3, Local: "127.0.0.1:5000", Offset: 1234, Expected: []byte{0x3f, 0xa0}, Got: []byte{0, 0x10}},
		{Kind: load.Connect, Connection: 4, Err: errors.New("connection refused")},
		{Kind: load.Connect, Connection: 5, Err: errors.New("connection refused")}, // said already
	}
	return r
}

// empty is the result of a run in which nothing came back.
func empty() *load.Result {
	r := closed()
	r.Messages, r.Elapsed, r.Totals = 0, 0, load.Totals{}
	r.Latencies.Reset()
	return r
}
