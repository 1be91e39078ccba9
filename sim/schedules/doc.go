// Package schedules has fuzz targets whose bytes are the decisions of a simulated world: which host goes next, which
// task, whether a read comes short, how long a packet travels, who is cancelled and when. The fuzzer learns from the
// coverage of the runtime's code which of them lead somewhere new. Plain go test replays the corpus in testdata.
//
//	go test -run - -fuzz FuzzEchoSchedule -fuzzminimizetime 20x ./sim/schedules
//
// The empty tape is the plain run, without faults.
package schedules
