// Package loadreport tells what a run of package load has found: as text for people, as JSON or CSV for programs, as a
// table of percentiles for plotters, as a picture, and, while it goes on, as a line on a terminal. It computes nothing
// that Result has not found, and keeps nothing.
package loadreport

import (
	"fmt"
	"io"

	"github.com/eddy-go/eddy/cmd/echo-server/internal/load"
)

// Formats are the names of the formats of a report.
var Formats = []string{"text", "json", "csv"}

// Write writes a report in one of the Formats.
func Write(w io.Writer, format string, r *load.Result) error {
	switch format {
	case "json":
		return writeJSON(w, r)
	case "csv":
		return writeCSV(w, r)
	}
	_, err := io.WriteString(w, text(r))
	return err
}

// Percentiles writes the latencies in microseconds as a table by percentile, in the format that HdrHistogram's plotters
// read (.hgrm).
func Percentiles(w io.Writer, r *load.Result) error {
	if _, err := r.Latencies.PercentilesPrint(w, linesPerHalving, 1e3); err != nil {
		return fmt.Errorf("the percentiles: %w", err)
	}
	return nil
}

// linesPerHalving is how many lines the table has for each halving of the distance to 100 %. Picked: as HdrHistogram's
// own programs.
const linesPerHalving = 5
