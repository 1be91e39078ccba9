package loadreport

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"strings"
	"time"

	"github.com/eddy-go/eddy/cmd/echo-server/internal/load"
)

// The picture, in pixels. Picked: it fits a page and its text can be read there.
const (
	width, height          = 800, 480
	left, right, top, base = 80, 750, 70, 420 // of the field of the plot
)

// Plot draws the latencies by percentile as an SVG. Both axes are logarithmic: to the right by the distance to 100 %,
// so that each nine takes as much room as the one before; upwards by the latency.
func Plot(w io.Writer, r *load.Result) error {
	p := &picture{r: r}
	fmt.Fprintf(p, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %[1]d %[2]d" font-family="sans-serif" font-size="12" fill="#222">`+"\n", width, height)
	fmt.Fprintf(p, `<rect width="%d" height="%d" fill="#fff"/>`+"\n", width, height)
	p.text((left+right)/2, 28, "middle", `font-size="16"`, "Latency of "+server(&r.Plan)+" by percentile")
	p.legend()
	if r.Latencies.TotalCount() == 0 {
		p.text((left+right)/2, (top+base)/2, "middle", "", "no message came back")
	} else {
		p.scale()
		p.axes()
		p.curve()
	}
	p.WriteString("</svg>\n")
	_, err := w.Write(p.Bytes())
	return err
}

// picture is an SVG that is drawn.
type picture struct {
	bytes.Buffer
	r         *load.Result
	decades   float64 // to the right: as many nines
	low, high float64 // upwards: logarithms of nanoseconds
}

// scale lets the axes hold what there is: to the right whole nines, upwards from a mark below it all to one above.
func (p *picture) scale() {
	h := p.r.Latencies
	p.decades = max(2, math.Ceil(math.Log10(float64(h.TotalCount()))))
	marks := ticks()
	above := 1
	for above < len(marks)-1 && int64(marks[above]) < h.Max() {
		above++
	}
	below := above - 1
	for below > 0 && int64(marks[below]) > h.Min() {
		below--
	}
	p.low, p.high = math.Log10(float64(marks[below])), math.Log10(float64(marks[above]))
}

// ticks are the latencies at which the axis may have a mark, from 1 ns to beyond the longest.
func ticks() (marks []time.Duration) {
	for decade := time.Duration(1); decade <= 1e13; decade *= 10 {
		marks = append(marks, decade, 2*decade, 5*decade)
	}
	return marks
}

// x is where a percentile stands. 100 % stands where the last message does.
func (p *picture) x(percentile float64) float64 {
	distance := max(1-percentile/100, 1/float64(p.r.Latencies.TotalCount()))
	return left + (right-left)*-math.Log10(distance)/p.decades
}

// y is where a latency stands.
func (p *picture) y(ns int64) float64 {
	return base - (base-top)*(math.Log10(float64(max(1, ns)))-p.low)/(p.high-p.low)
}

func (p *picture) axes() {
	for nines := 0; nines <= int(p.decades); nines++ {
		x := left + (right-left)*float64(nines)/p.decades
		p.line(x, top, x, base)
		p.text(x, base+18, "middle", "", percentName(nines))
	}
	for _, mark := range ticks() {
		if at := math.Log10(float64(mark)); at >= p.low-1e-9 && at <= p.high+1e-9 {
			y := p.y(int64(mark))
			p.line(left, y, right, y)
			p.text(left-8, y+4, "end", "", tickName(mark))
		}
	}
	fmt.Fprintf(p, `<path d="M%d %dV%dH%d" fill="none" stroke="#222"/>`+"\n", left, top, base, right)
	p.text((left+right)/2, base+42, "middle", "", "percentile")
	p.text(20, (top+base)/2, "middle", fmt.Sprintf(`transform="rotate(-90 20 %d)"`, (top+base)/2), "latency")
}

// percentName is 0 %, 90 %, 99 %, 99.9 %.
func percentName(nines int) string {
	switch nines {
	case 0:
		return "0 %"
	case 1:
		return "90 %"
	case 2:
		return "99 %"
	}
	return "99." + strings.Repeat("9", nines-2) + " %"
}

// tickName is 5 µs, 10 µs, 1 ms.
func tickName(d time.Duration) string {
	switch {
	case d >= time.Second:
		return fmt.Sprintf("%d s", d/time.Second)
	case d >= time.Millisecond:
		return fmt.Sprintf("%d ms", d/time.Millisecond)
	case d >= time.Microsecond:
		return fmt.Sprintf("%d µs", d/time.Microsecond)
	}
	return fmt.Sprintf("%d ns", d)
}

// curve draws the latencies, and marks those that are named most often.
func (p *picture) curve() {
	h := p.r.Latencies
	path := make([]string, 0, 256)
	for _, b := range h.CumulativeDistributionWithTicks(linesPerHalving) {
		path = append(path, fmt.Sprintf("%.1f %.1f", p.x(b.Quantile), p.y(b.ValueAt)))
	}
	fmt.Fprintf(p, `<path d="M%s" fill="none" stroke="#06c" stroke-width="2" stroke-linejoin="round"/>`+"\n", strings.Join(path, "L"))
	for _, percentile := range []float64{50, 90, 99, 99.9, 100} {
		if distance := 1 - percentile/100; percentile < 100 && distance*float64(h.TotalCount()) < 1 {
			continue
		}
		value := h.ValueAtPercentile(percentile)
		x, y := p.x(percentile), p.y(value)
		fmt.Fprintf(p, `<circle cx="%.1f" cy="%.1f" r="3.5" fill="#06c"/>`+"\n", x, y)
		p.text(x+7, y+15, "start", "", brief(time.Duration(value)))
	}
}

// legend says what the curve is, in two lines.
func (p *picture) legend() {
	fmt.Fprintf(p, `<path d="M%d,47H%d" stroke="#06c" stroke-width="2"/>`+"\n", left, left+24)
	p.text(left+32, 51, "start", "", loadLine(p.r)+", "+legendRate(p.r))
}

func legendRate(r *load.Result) string {
	if r.Corrected() {
		return fmt.Sprintf("%s/s sent", rate(r.SentRate))
	}
	return fmt.Sprintf("%s/s", rate(r.Rate()))
}

func (p *picture) line(x1, y1, x2, y2 float64) {
	fmt.Fprintf(p, `<path d="M%.1f %.1fL%.1f %.1f" stroke="#ddd"/>`+"\n", x1, y1, x2, y2)
}

func (p *picture) text(x, y float64, anchor, attributes, text string) {
	fmt.Fprintf(p, `<text x="%.1f" y="%.1f" text-anchor="%s" %s>`, x, y, anchor, attributes)
	xml.EscapeText(p, []byte(text))
	p.WriteString("</text>\n")
}
