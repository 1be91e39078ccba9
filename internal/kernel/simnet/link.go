package simnet

import "time"

// Link says how packets travel between two hosts, in both directions.
type Link struct {
	Latency    [2]time.Duration // least and most, one way, drawn for each segment; segments do not overtake
	Bandwidth  int              // bytes a second each way; 0 is without limit
	SendBuffer int              // bytes of each new socket's buffers
	RecvBuffer int
	Reset      float64 // chance that a connection is reset by the network, for each segment
}

// What a link is when nobody has said otherwise. All picked: a local network, and the buffers that Linux gives a
// socket that was told nothing (net.core.rmem_default).
var (
	between = Link{
		Latency:    [2]time.Duration{50 * time.Microsecond, 500 * time.Microsecond},
		SendBuffer: 212992,
		RecvBuffer: 212992,
	}
	within = Link{
		Latency:    [2]time.Duration{5 * time.Microsecond, 25 * time.Microsecond},
		SendBuffer: 212992,
		RecvBuffer: 212992,
	}
)

// wire is a link with its state. Its directions are numbered: 0 is from the host that was added first.
type wire struct {
	Link
	cut  bool
	busy [2]time.Duration // until when the last segment of a direction occupies the line
}

// Link returns the link between two hosts, or of a host with itself, to be read and changed; a change holds for what
// is sent afterwards.
func (n *Net) Link(a, b *Host) *Link { return &n.wire(a, b).Link }

func (n *Net) wire(a, b *Host) *wire {
	key := [2]int{min(a.id, b.id), max(a.id, b.id)}
	w := n.wires[key]
	if w == nil {
		w = &wire{Link: between}
		if a == b {
			w.Link = within
		}
		n.wires[key] = w
	}
	return w
}

// Partition cuts the link between two hosts: what is sent is lost, and sent again as TCP does it, until Heal.
func (n *Net) Partition(a, b *Host) {
	w := n.wire(a, b)
	if w.cut {
		return
	}
	w.cut = true
	n.note(a, "partition", 0, uint64(b.id), 0, 0)
	a.suspect(w)
	if a != b {
		b.suspect(w)
	}
}

// Heal mends the link.
func (n *Net) Heal(a, b *Host) {
	w := n.wire(a, b)
	if !w.cut {
		return
	}
	w.cut = false
	n.note(a, "heal", 0, uint64(b.id), 0, 0)
}

// travel returns when a segment of some bytes that is sent now arrives.
func (w *wire) travel(n *Net, direction, bytes int) time.Duration {
	leaves := n.now
	if w.Bandwidth > 0 {
		leaves = max(leaves, w.busy[direction]) + transmission(bytes+header, w.Bandwidth)
		w.busy[direction] = leaves
	}
	return leaves + w.latency(n)
}

func (w *wire) latency(n *Net) time.Duration {
	return max(n.tape.Between("latency", w.Latency[0], w.Latency[1]), 1)
}

// header is what Ethernet, IP and TCP add to a segment.
const header = 66

func transmission(bytes, bandwidth int) time.Duration {
	return time.Duration(float64(bytes) / float64(bandwidth) * float64(time.Second))
}

// The sizes of segments. The largest is what Linux hands to a network card at once; on a slow link segments are as
// small as a tenth of a second takes, or a frame of Ethernet. Picked.
const (
	maxSegment = 64 << 10
	minSegment = 1448
)

// segment returns the size of the largest segment.
func (w *wire) segment() int {
	if w.Bandwidth <= 0 {
		return maxSegment
	}
	return min(max(minSegment, w.Bandwidth/10), maxSegment)
}
