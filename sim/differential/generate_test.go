//go:build linux

package differential

import (
	"slices"

	"pgregory.net/rapid"
)

// A wish is a step before it is known whether the program allows it: drawn without looking at the others, so that
// shrinking can take any of them away.
type wish struct {
	Op   Op
	Pick int // which connection, end or slot
	N    int
	With bool
}

// The wishes that are no steps.
const (
	wishConnect  Op = "connect"  // listen, dial and accept, as far as they are needed
	wishTransfer Op = "transfer" // a write of any length and the read of all of it, together
)

// weights says how often each is wished for.
var weights = []struct {
	op     Op
	weight int
}{
	{wishConnect, 3},
	{opListen, 1},
	{opUnlisten, 2},
	{opDial, 3},
	{opAccept, 3},
	{opWrite, 12},
	{opBuffers, 3},
	{opFlood, 2},
	{wishTransfer, 3},
	{opRead, 4},
	{opReadFull, 6},
	{opReadEnd, 6},
	{opEcho, 2},
	{opReadPast, 1},
	{opReadFar, 1},
	{opReadNone, 2},
	{opWritePast, 1},
	{opWriteFar, 1},
	{opWriteNone, 2},
	{opCloseRead, 2},
	{opCloseWrite, 5},
	{opClose, 6},
	{opReset, 4},
}

// programs generates programs of which the system determines the outcome.
func programs() *rapid.Generator[Program] {
	var ops []Op
	for _, w := range weights {
		ops = append(ops, slices.Repeat([]Op{w.op}, w.weight)...)
	}
	bytes := rapid.OneOf(rapid.IntRange(0, 16), rapid.IntRange(1, 2000), rapid.IntRange(1, budget))
	wishes := rapid.Custom(func(t *rapid.T) wish {
		return wish{
			Op:   rapid.SampledFrom(ops).Draw(t, "op"),
			Pick: rapid.IntRange(0, 15).Draw(t, "pick"),
			N:    bytes.Draw(t, "bytes"),
			With: rapid.Bool().Draw(t, "with"),
		}
	})
	return rapid.Custom(func(t *rapid.T) Program {
		var w writer
		for range 6 { // rapid's slices are short
			for _, wish := range rapid.SliceOf(wishes).Draw(t, "wishes") {
				w.fulfil(wish)
			}
		}
		w.settle()
		return w.program
	})
}

// budget bounds the bytes that plain writes put on one direction of a connection, and those that reads want of it: so
// they fit into the buffers, wherever they are, and no write but a flood ever waits.
const budget = 32 << 10

// A writer turns wishes into a program. It knows just enough of what goes on to leave out what the system does not
// determine.
type writer struct {
	program Program
	slots   map[string]*slotState
	conns   []*connState
	batch   map[string]bool // what the steps that run together use; each may be used once
}

// slotState is what is known of a slot.
type slotState struct {
	open    bool
	queue   []int // connections that wait to be accepted
	waiting []int // connections for which an accept waits
}

// connState is what is known of a connection.
type connState struct {
	slot    string
	ends    [2]endState
	carried bool // a transfer: it may have widened the receiver's buffer
}

// endState is what is known of one end.
type endState struct {
	exists  bool
	closed  bool // or reset, or never to be accepted
	half    bool // one direction or both have been shut down
	flooded bool // or echoing: nothing else is written
	late    bool // a deadline may have passed
	reads   bool // a read may be waiting
	once    bool // and takes what comes first
	queued  int  // bytes that are there to be read, while the connection is healthy
	written int  // of the budget
	read    int  // of the budget
}

func (e *endState) live() bool { return e.exists && !e.closed }

// healthy reports whether all that is written is sure to be read when asked for.
func (c *connState) healthy() bool {
	for i := range c.ends {
		if e := &c.ends[i]; !e.live() || e.half || e.flooded || e.late || e.reads {
			return false
		}
	}
	return true
}

func (w *writer) conn(e End) *connState { return w.conns[e.Conn] }

func (w *writer) end(e End) *endState {
	if e.Server {
		return &w.conn(e).ends[1]
	}
	return &w.conn(e).ends[0]
}

func (w *writer) slot(name string) *slotState {
	if w.slots == nil {
		w.slots = map[string]*slotState{}
	}
	if w.slots[name] == nil {
		w.slots[name] = &slotState{}
	}
	return w.slots[name]
}

// pickedSlots says which slot a Pick means: TCP with room for all most of the time.
var pickedSlots = []string{
	"tcp", "tcp", "tcp", "tcp", "tcp", "tcp", "tcp", "tcp", "unix", "unix", "unix", "unix", "tcp1", "tcp1", "unix1", "unix1",
}

// pickedConns says which connection it means: much is to happen on few.
var pickedConns = []int{0, 0, 0, 1, 1, 1, 2, 3}

// fulfil adds the steps of a wish, or none.
func (w *writer) fulfil(v wish) {
	switch v.Op {
	case wishConnect:
		w.connect(pickedSlots[v.Pick])
	case opListen:
		w.listen(pickedSlots[v.Pick])
	case opUnlisten:
		w.unlisten(pickedSlots[v.Pick])
	case opDial:
		w.dial(pickedSlots[v.Pick], v.With)
	case opAccept:
		w.accept(pickedSlots[v.Pick], v.With)
	default:
		if len(w.conns) == 0 {
			w.connect(pickedSlots[v.Pick])
		}
		e := End{pickedConns[v.Pick/2] % len(w.conns), v.Pick%2 == 1}
		if !w.end(e).exists {
			e = e.Peer()
		}
		if w.end(e).exists {
			w.call(e, v)
		}
	}
}

// add adds a step. uses names what the step uses; "" means that it may not run together with others. Of two steps that
// use different things neither can tell which came first.
func (w *writer) add(s Step, uses string, with bool) {
	if uses == "" || w.batch[uses] || len(w.batch) == 0 {
		w.settle()
	}
	if uses != "" && with {
		w.batch[uses] = true
		s.With = true
	}
	w.program = append(w.program, s)
	if !s.With {
		w.batch = nil
	}
}

// settle makes the step that comes next wait.
func (w *writer) settle() {
	if n := len(w.program); n > 0 {
		w.program[n-1].With = false
	}
	w.batch = map[string]bool{}
}
