package loadreport

import (
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"reflect"

	"github.com/eddy-go/eddy/cmd/echo-server/internal/load"
)

// record is a result for programs. Names and units are promised: a field may come, and none goes or changes its
// meaning. CSV has the same, without the lists.
type record struct {
	Server      string  `json:"server"`
	Loop        string  `json:"loop"` // "open" or "closed"
	Corrected   bool    `json:"corrected_for_coordinated_omission"`
	Connections int     `json:"connections"`
	Connected   int     `json:"connected"`
	SizeBytes   int     `json:"size_bytes"`
	Depth       int     `json:"depth"`
	WarmupS     float64 `json:"warmup_s"`
	Verified    bool    `json:"verified"`
	Interrupted bool    `json:"interrupted"`
	Failed      bool    `json:"failed"`

	Messages      uint64  `json:"messages"`
	DurationS     float64 `json:"duration_s"`
	MessagesPerS  float64 `json:"messages_per_s"`
	MegabytesPerS float64 `json:"megabytes_per_s"` // 10^6 bytes, in each direction
	AskedPerS     float64 `json:"asked_messages_per_s"`
	SentPerS      float64 `json:"sent_messages_per_s"`
	NotSent       uint64  `json:"messages_due_not_sent"`

	TotalSent          uint64 `json:"total_messages_sent"`
	TotalEchoed        uint64 `json:"total_messages_echoed"`
	TotalBytesSent     uint64 `json:"total_bytes_sent"`
	TotalBytesReceived uint64 `json:"total_bytes_received"`

	MeanNS  float64 `json:"latency_mean_ns"`
	StdevNS float64 `json:"latency_stdev_ns"`
	MinNS   int64   `json:"latency_min_ns"`
	P50NS   int64   `json:"latency_p50_ns"`
	P75NS   int64   `json:"latency_p75_ns"`
	P90NS   int64   `json:"latency_p90_ns"`
	P95NS   int64   `json:"latency_p95_ns"`
	P99NS   int64   `json:"latency_p99_ns"`
	P999NS  int64   `json:"latency_p99_9_ns"`
	P9999NS int64   `json:"latency_p99_99_ns"`
	MaxNS   int64   `json:"latency_max_ns"`

	ErrorsConnect uint64 `json:"errors_connect"`
	ErrorsClosed  uint64 `json:"errors_closed"`
	ErrorsBroken  uint64 `json:"errors_broken"`
	ErrorsSilent  uint64 `json:"errors_silent"`
	ErrorsWrong   uint64 `json:"errors_wrong"`
	ErrorsExtra   uint64 `json:"errors_extra"`
	ErrorsUnended uint64 `json:"errors_unended"`
	LostBytes     uint64 `json:"lost_bytes"`

	Failures []failure `json:"failures"` // the first few
}

// failure is how one connection has failed.
type failure struct {
	Connection int    `json:"connection"`
	Local      string `json:"local_address,omitempty"`
	Kind       string `json:"kind"`
	Offset     uint64 `json:"offset_bytes"`
	Lost       uint64 `json:"lost_bytes"`
	Expected   string `json:"expected_hex,omitempty"`
	Got        string `json:"got_hex,omitempty"`
	Text       string `json:"text"`
}

func newRecord(r *load.Result) *record {
	p, h := &r.Plan, r.Latencies
	c := &record{
		Server: server(p), Loop: "closed", Corrected: r.Corrected(), Connections: p.Connections, Connected: r.Connected,
		SizeBytes: p.Size, Depth: p.Depth, WarmupS: p.Warmup.Seconds(), Verified: p.Verify, Interrupted: r.Interrupted, Failed: r.Failed(),

		Messages: r.Messages, DurationS: r.Elapsed.Seconds(), MessagesPerS: r.Rate(), MegabytesPerS: r.BytesRate() / 1e6,
		AskedPerS: p.Rate, SentPerS: r.SentRate, NotSent: r.NotSent,

		TotalSent: r.Totals.MessagesSent, TotalEchoed: r.Totals.MessagesEchoed,
		TotalBytesSent: r.Totals.BytesSent, TotalBytesReceived: r.Totals.BytesReceived,

		ErrorsConnect: r.ByKind[load.Connect], ErrorsClosed: r.ByKind[load.Closed], ErrorsBroken: r.ByKind[load.Broken],
		ErrorsSilent: r.ByKind[load.Silent], ErrorsWrong: r.ByKind[load.Wrong], ErrorsExtra: r.ByKind[load.Extra],
		ErrorsUnended: r.ByKind[load.Unended], LostBytes: r.Lost,
		Failures: []failure{},
	}
	if r.Corrected() {
		c.Loop = "open"
	}
	if h.TotalCount() > 0 {
		c.MeanNS, c.StdevNS, c.MinNS, c.MaxNS = h.Mean(), h.StdDev(), h.Min(), h.Max()
		c.P50NS, c.P75NS, c.P90NS, c.P95NS = h.ValueAtPercentile(50), h.ValueAtPercentile(75), h.ValueAtPercentile(90), h.ValueAtPercentile(95)
		c.P99NS, c.P999NS, c.P9999NS = h.ValueAtPercentile(99), h.ValueAtPercentile(99.9), h.ValueAtPercentile(99.99)
	}
	for _, f := range r.Failures {
		c.Failures = append(c.Failures, failure{
			Connection: f.Connection, Local: f.Local, Kind: f.Kind.String(), Offset: f.Offset, Lost: f.Lost,
			Expected: hex.EncodeToString(f.Expected), Got: hex.EncodeToString(f.Got), Text: f.String(),
		})
	}
	return c
}

// writeJSON writes one object.
func writeJSON(w io.Writer, r *load.Result) error {
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	out.SetIndent("", "  ")
	return out.Encode(newRecord(r))
}

// writeCSV writes a line of names and a line of values.
func writeCSV(w io.Writer, r *load.Result) error {
	var names, values []string
	for field, value := range reflect.ValueOf(*newRecord(r)).Fields() {
		if value.Kind() != reflect.Slice {
			names = append(names, field.Tag.Get("json"))
			values = append(values, fmt.Sprint(value))
		}
	}
	return csv.NewWriter(w).WriteAll([][]string{names, values})
}
