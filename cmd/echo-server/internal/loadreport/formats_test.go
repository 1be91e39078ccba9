package loadreport_test

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/eddy-go/eddy/cmd/echo-server/internal/load"
	"github.com/eddy-go/eddy/cmd/echo-server/internal/loadreport"
)

func report(t *testing.T, format string, r *load.Result) string {
	t.Helper()
	var b strings.Builder
	if err := loadreport.Write(&b, format, r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestTextOfAGoodRun(t *testing.T) {
	const want = `server       127.0.0.1:8080
load         50 connections, 512 bytes in a message, 2 under way on each connection, closed loop
messages     1,000 in 2.00s: 500/s, 0.3 MB/s each way
bytes        768,000 sent, 768,000 received, those of 1s of warm-up included
latency      mean 501µs, stdev 289µs, min 1.00µs, max 1.00ms
             p50 500µs, p90 900µs, p99 990µs, p99.9 999µs
             not corrected for coordinated omission: a closed loop sends less to a slow server (see --rate)
errors       none
`
	if got := report(t, "text", closed()); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestTextOfABadRun(t *testing.T) {
	const want = `server       unix:/run/a&b<c>.sock
load         50 of 51 connections, 512 bytes in a message, 2 under way on each connection, open loop
             interrupted: the figures are those of the time until then
messages     1,000 in 2.00s: 500/s, 0.3 MB/s each way
rate         asked 1,000/s, sent 500/s: not reached; 1,000 messages due by the end were not sent, and the latencies lack them
bytes        768,000 sent, 768,000 received
latency      mean 501µs, stdev 289µs, min 1.00µs, max 1.00ms
             p50 500µs, p90 900µs, p99 990µs, p99.9 999µs
             corrected for coordinated omission: from the time at which each message was to be sent
errors       1 connect, 2 closed, 3 broken, 4 silent, 5 wrong, 6 extra, 7 unended; 77 bytes lost
             connection 3 (127.0.0.1:5000): wrong from byte 1234 on: expected 3f a0, got 00 10
             connection 4: connection refused
             and 26 more
`
	if got := report(t, "text", open()); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestTextOfAnEmptyRun(t *testing.T) {
	if got := report(t, "text", empty()); strings.Contains(got, "latency") || !strings.Contains(got, "messages     0 in 0.00s: 0.0/s") {
		t.Errorf("got\n%s", got)
	}
}

// JSON and CSV have the same fields; a field that goes, or changes its name or meaning, breaks programs of others.
func TestFieldsForPrograms(t *testing.T) {
	want := map[string]string{
		"server": "unix:/run/a&b<c>.sock", "loop": "open", "corrected_for_coordinated_omission": "true", "connections": "51", "connected": "50",
		"size_bytes": "512", "depth": "2", "warmup_s": "0", "verified": "true", "interrupted": "true", "failed": "true",
		"messages": "1000", "duration_s": "2", "messages_per_s": "500", "megabytes_per_s": "0.256",
		"asked_messages_per_s": "1000", "sent_messages_per_s": "500", "messages_due_not_sent": "1000",
		"total_messages_sent": "1500", "total_messages_echoed": "1500", "total_bytes_sent": "768000", "total_bytes_received": "768000",
		"latency_mean_ns": "500504.858", "latency_stdev_ns": "288675.77789247554", "latency_min_ns": "1000", "latency_p50_ns": "500223", "latency_p75_ns": "750079",
		"latency_p90_ns": "900095", "latency_p95_ns": "950271", "latency_p99_ns": "990207", "latency_p99_9_ns": "999423", "latency_p99_99_ns": "1000447", "latency_max_ns": "1000447",
		"errors_connect": "1", "errors_closed": "2", "errors_broken": "3", "errors_silent": "4", "errors_wrong": "5", "errors_extra": "6", "errors_unended": "7",
		"lost_bytes": "77",
	}
	var object map[string]any
	in := json.NewDecoder(strings.NewReader(report(t, "json", open())))
	in.UseNumber()
	if err := in.Decode(&object); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(report(t, "csv", open()))).ReadAll()
	if err != nil || len(rows) != 2 || len(rows[0]) != len(want) {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	columns := map[string]string{}
	for i, name := range rows[0] {
		columns[name] = rows[1][i]
	}
	for name, value := range want {
		if got := fmt.Sprint(object[name]); got != value {
			t.Errorf("JSON has %s: %s, want %s", name, got, value)
		}
		if got := columns[name]; got != value {
			t.Errorf("CSV has %s: %s, want %s", name, got, value)
		}
	}
	failures, _ := object["failures"].([]any)
	if len(object) != len(want)+1 || len(failures) != 3 {
		t.Fatalf("%d fields, %d failures", len(object), len(failures))
	}
	wrong := fmt.Sprint(failures[0])
	if wrong != "map[connection:3 expected_hex:3fa0 got_hex:0010 kind:wrong local_address:127.0.0.1:5000 lost_bytes:0 offset_bytes:1234 text:connection 3 (127.0.0.1:5000): wrong from byte 1234 on: expected 3f a0, got 00 10]" {
		t.Errorf("a failure is %s", wrong)
	}
	if good := report(t, "json", closed()); !strings.Contains(good, `"failures": []`) || !strings.Contains(good, `"loop": "closed"`) || !strings.Contains(good, `"failed": false`) {
		t.Errorf("a good run is\n%s", good)
	}
	if nothing := report(t, "csv", empty()); strings.Contains(nothing, "NaN") || strings.Contains(nothing, "Inf") {
		t.Errorf("an empty run is\n%s", nothing)
	}
}

// The table of percentiles reads as HdrHistogram's plotters read it: four columns that grow, comments behind.
func TestPercentilesAreReadByPlotters(t *testing.T) {
	var b bytes.Buffer
	if err := loadreport.Percentiles(&b, closed()); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(&b)
	var last [4]float64
	rows, comments, header := 0, 0, false
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		switch {
		case len(fields) == 0:
		case fields[0] == "Value":
			header = strings.Join(fields, " ") == "Value Percentile TotalCount 1/(1-Percentile)" && rows == 0
		case strings.HasPrefix(fields[0], "#["):
			comments++
		default:
			if len(fields) != 4 || comments > 0 {
				t.Fatalf("row %d is %q", rows, lines.Text())
			}
			rows++
			for i, field := range fields {
				x, err := strconv.ParseFloat(field, 64)
				if err != nil || x < last[i] {
					t.Errorf("row %d: %q after %v", rows, lines.Text(), last)
				}
				last[i] = x
			}
		}
	}
	if !header || rows < 20 || comments != 3 || last[0] != 1000.447 || last[1] != 1 || last[2] != 1000 || !math.IsInf(last[3], 1) {
		t.Errorf("header: %v, %d rows, %d comments, at last %v", header, rows, comments, last)
	}
	if err := loadreport.Percentiles(io.Discard, empty()); err != nil {
		t.Error(err)
	}
}

// The picture is well-formed XML with a title, a legend, both axes with their marks, and a curve inside of them.
func TestPlotIsWellFormed(t *testing.T) {
	for name, c := range map[string]struct {
		r    *load.Result
		want []string
	}{
		"closed": {closed(), []string{"Latency of 127.0.0.1:8080 by percentile", "closed loop, 500/s", "0 %", "90 %", "99 %", "99.9 %", "1 µs", "10 µs", "2 ms", "percentile", "latency", "500µs", "990µs"}},
		"open":   {open(), []string{"Latency of unix:/run/a&b<c>.sock by percentile", "open loop, 500/s sent"}},
		"empty":  {empty(), []string{"no message came back"}},
	} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			if err := loadreport.Plot(&b, c.r); err != nil {
				t.Fatal(err)
			}
			picture := b.String()
			texts := map[string]bool{}
			in := xml.NewDecoder(strings.NewReader(picture))
			for {
				token, err := in.Token()
				if err == io.EOF {
					break
				}
				if err != nil {
					t.Fatalf("%v in\n%s", err, picture)
				}
				if text, ok := token.(xml.CharData); ok {
					texts[string(text)] = true
				}
			}
			for _, want := range c.want {
				found := texts[want]
				for text := range texts {
					found = found || strings.HasSuffix(text, ", "+want)
				}
				if !found {
					t.Errorf("no %q in\n%s", want, picture)
				}
			}
			for _, point := range regexp.MustCompile(`[ML](-?[0-9.]+|NaN) (-?[0-9.]+|NaN)`).FindAllStringSubmatch(picture, -1) {
				x, _ := strconv.ParseFloat(point[1], 64)
				y, _ := strconv.ParseFloat(point[2], 64)
				if !(x >= 80 && x <= 750 && y >= 70 && y <= 420) {
					t.Errorf("a point lies outside: %v", point[0])
				}
			}
		})
	}
}

// A writer that fails is not hidden.
func TestFailingWriterIsReported(t *testing.T) {
	for _, format := range loadreport.Formats {
		if err := loadreport.Write(full{}, format, closed()); !errors.Is(err, errFull) {
			t.Errorf("%s: %v", format, err)
		}
	}
	if err := loadreport.Percentiles(full{}, closed()); !errors.Is(err, errFull) {
		t.Error(err)
	}
	if err := loadreport.Plot(full{}, closed()); !errors.Is(err, errFull) {
		t.Error(err)
	}
}

var errFull = errors.New("full")

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }
