//go:build linux

package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"
)

// print writes the closing table.
func (k *soak) print(out io.Writer) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	defer w.Flush()
	row := func(format string, args ...any) { fmt.Fprintf(w, format+"\n", args...) }

	row("\nrounds\t%d\tcalm %d, mixed %d, idle %d, fault %d", k.rounds, k.roundsOf[calmRound], k.roundsOf[mixedRound], k.roundsOf[idleRound], k.roundsOf[faultRound])
	row("connections\t%v", k.all.connections)
	row("bytes echoed\t%v", k.all.bytes)

	row("\nclients\tconnections\tbytes sent\tread back")
	for _, name := range slices.Sorted(maps.Keys(k.all.kinds)) {
		s := k.all.kinds[name]
		row("%s\t%d\t%d\t%d", name, s.connections, s.sent, s.received)
	}
	row("\nendings\tclients")
	for _, e := range []ending{complete, ownEnd, dropped, cut, broken} {
		row("%s\t%d", e, k.all.endings[e])
	}
	row("\nfaults\ttimes")
	for _, name := range slices.Sorted(maps.Keys(k.injected)) {
		row("%s\t%d", name, k.injected[name])
	}
	row("idle timeouts\t%d", k.timeouts)
	c := k.counted
	row("times the last place was taken\t%d", c["times_full"])

	if len(k.samples) > 0 {
		quarter, end := k.samples[:max(1, len(k.samples)/4)], k.samples[len(k.samples)-1]
		row("\nthe shared server\tat the start\tafter a quarter\tpeak\tat the end")
		row("resident memory, KiB\t%d\t%d\t%d\t%d", k.base.memory>>10, quarter[len(quarter)-1].memory>>10, k.peak.memory>>10, end.memory>>10)
		row("heap, KiB\t%d\t%d\t\t%d", k.base.heap>>10, quarter[len(quarter)-1].heap>>10, end.heap>>10)
		row("descriptors\t%d\t%d\t%d\t%d", k.base.descriptors, quarter[len(quarter)-1].descriptors, k.peak.descriptors, end.descriptors)
		row("goroutines\t%d\t%d\t%d\t%d", k.base.goroutines, quarter[len(quarter)-1].goroutines, k.peak.goroutines, end.goroutines)
		row("connections\t%d = %d left + %d failed + %d timed out", c["connections"], c["left"], c["failed"], c["timeouts"])
		row("bytes\t%d read, %d written", c["bytes_in"], c["bytes_out"])
	}
}
