// Package sim runs whole programs of package eddy in a simulated world: hosts with a network between them, a clock that
// jumps to the next event, and faults. Every decision of the world (which host goes next, which task, how long a packet
// travels, whether a read comes short) is drawn from one number, the seed. The same seed gives the same run, to the byte.
//
// A test is a scenario:
//
//	func TestSurvivesAPartition(t *testing.T) {
//		sim.Run(t, 1, func(w *sim.World) {
//			server := w.Host("server", serve)
//			client := w.Host("client", func(rt *eddy.Runtime) error { return talk(rt, server.Address(80)) })
//			w.Run(time.Second)
//			w.Partition(server, client)
//			w.Run(time.Minute)
//			w.Heal(server, client)
//			if !w.RunUntil(client.Done) {
//				t.Error("the client never came through")
//			}
//		})
//	}
//
// Each host is a whole runtime: the loop, the timers and the sockets' code are the ones that run in production, and only
// the kernel underneath is another. A host's loop is a coroutine of the world; it parks where a real one would block in
// its kernel. So one goroutine runs it all, and nothing depends on Go's scheduler.
//
// [Run] is for tests, in a testing/synctest bubble whose clock is the world's: time.Now, deadlines and crypto/tls agree
// with it. [RunTape] is for fuzz targets: the bytes are the decisions. [New] makes a world for programs; in it the times
// come from Runtime.Now alone.
//
// A failing test prints its seed and the command that replays it. Test binaries that import this package have the flags
//
//	-sim.seed S      every Run begins at seed S instead of its own
//	-sim.seeds N     every Run runs N seeds, from its own or S on, and stops at the first that fails
//	-sim.trace FILE  every decision and kernel call is written to FILE; of many seeds, those of the last one that ran
//	-sim.check       every Run runs each seed twice, and fails if the trace hashes differ; -sim.trace keeps both runs
//
// What differs then depends on something that the seed does not decide: the order of a map, real time, a goroutine,
// crypto/rand without [testing/cryptotest], or what an earlier run has left in a variable.
//
// The scenario (the function given to Run) and the hosts' tasks run by turns, never at the same time, and share memory
// without locks. A goroutine that the test starts itself in the bubble may use what is for any goroutine, such as
// Handle.Spawn. What it does while the world waits for the clock is repeatable; what it does while a host runs is a race
// of Go's scheduler, and no seed repeats that: [World.Outside] is the repeatable way to be at the worst place.
//
// Nothing in a task may block but through the runtime. A sleep or a channel in one takes time from all hosts, and fails
// the test. A lock that is held across a wait, or a loop without a wait, ends nothing but the test binary's patience:
// for that, a goroutine beside each Run and outside of its bubble writes the host and the seed to the standard error
// output, once a turn, when a turn has taken ten seconds of real time.
package sim
