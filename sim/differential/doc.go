// Package differential compares the simulated network with the system's. Random programs of socket calls run on real
// loopback and on the simulation, and what each call told its task must be the same: the bytes, the end of the stream,
// the class of the error, how much a write took, and after which step a call that waited came back.
//
// A program is a list of steps, and each step runs as a task of its own, because it may wait. Between two steps
// everything settles: what has been sent has arrived, and whoever can go on has done so. That leaves no race, so the
// system determines the outcome, and an order of events that is rare elsewhere (a reset that comes while data is
// queued, a write after the peer's close) stands in the program. Steps that commute may run together.
//
// Where the two may differ all the same is written down in one table, explained, with the reason.
//
// It consists of tests. A program that fails is printed as text; as a file in testdata/programs it is run again for
// ever.
package differential
