package sim

import (
	"time"

	"github.com/eddy-go/eddy/internal/kernel/simnet"
)

// Fault is a kind of fault. Its String method returns its name.
type Fault = simnet.Fault

// The kinds of faults. Each is something that real kernels and networks do.
const (
	// On Linux a short read of a TCP socket means that there was no more, unless urgent data was reported, and so the
	// runtime takes it; other systems do not report that, and it reads on. In a world with faults, each start of a host
	// draws whether its kernel is of the other kind: a quarter is.
	ShortRead     = simnet.ShortRead     // a read returns less than there is
	ShortWrite    = simnet.ShortWrite    // a write takes less than there is room for
	FalseReady    = simnet.FalseReady    // EAGAIN although the event said ready; a later edge follows
	SpuriousEvent = simnet.SpuriousEvent // an event although nothing has happened
	LateEvent     = simnet.LateEvent     // an event is withheld for a while
	MergedEvents  = simnet.MergedEvents  // an event is withheld until the next one of its socket, and both are one
	AcceptFull    = simnet.AcceptFull    // EMFILE, ENFILE, ENOBUFS or ENOMEM from accept
	AcceptBroken  = simnet.AcceptBroken  // ECONNABORTED, EPROTO or a network error from accept, which takes the connection
	Reset         = simnet.Reset         // a connection is reset in mid-stream
	EndWithData   = simnet.EndWithData   // the end of the stream travels in one event with the last data
	HalfOpen      = simnet.HalfOpen      // the connection's packets vanish from now on, in both directions
	Stall         = simnet.Stall         // a direction of a connection delivers nothing for a while
	StrayWake     = simnet.StrayWake     // the wait is ended by a wake that nobody made
	SlowOffload   = simnet.SlowOffload   // an offloaded function's result takes long
	ShuffledTasks = simnet.ShuffledTasks // the order of ready tasks is drawn
	FaultKinds    = simnet.FaultKinds    // how many kinds there are
)

// Rate says how often a fault happens. Its fields:
//
//	Chance        float64        // at each opportunity, while an episode lasts
//	Calm, Episode time.Duration  // mean lengths of the times without and with the fault; Calm 0: always with
type Rate = simnet.Rate

// Faults has a rate for each kind of fault: Faults{sim.Reset: {Chance: 0.001}}. The zero Faults is a world without.
type Faults = simnet.Faults

// Link says how packets travel between two hosts, in both directions. Its fields:
//
//	Latency    [2]time.Duration  // least and most, one way, drawn for each segment; segments do not overtake
//	Bandwidth  int               // bytes a second each way; 0 is without limit
//	SendBuffer int               // bytes of each new socket's buffers
//	RecvBuffer int
//	Reset      float64           // chance that a connection is reset by the network, for each segment
type Link = simnet.Link

// Chaos returns faults of every kind at mild rates: most work still succeeds, and no code path stays unused for long.
// The rates are picked: the frequent faults are those that a correct program does not notice.
func Chaos() Faults {
	return Faults{
		ShortRead:     {Chance: 0.2, Calm: 2 * time.Second, Episode: time.Second},
		ShortWrite:    {Chance: 0.2, Calm: 2 * time.Second, Episode: time.Second},
		FalseReady:    {Chance: 0.05},
		SpuriousEvent: {Chance: 0.05},
		LateEvent:     {Chance: 0.05},
		MergedEvents:  {Chance: 0.05},
		AcceptFull:    {Chance: 0.3, Calm: 10 * time.Second, Episode: time.Second},
		AcceptBroken:  {Chance: 0.02},
		Reset:         {Chance: 0.0005},
		EndWithData:   {Chance: 0.2},
		HalfOpen:      {Chance: 0.0002},
		Stall:         {Chance: 0.002},
		StrayWake:     {Chance: 0.02},
		SlowOffload:   {Chance: 0.1},
		ShuffledTasks: {Chance: 0.5},
	}
}
