// Package micro compares what tasks cost with what goroutines cost, one operation at a time: a spawn, a yield, a park, a
// message, a join, a timer, a wake from outside. It has benchmarks only:
//
//	go test -run '^$' -bench . -cpu 1 ./micro
//	go test -run '^$' -bench JoinMillion -benchtime 1000000x -cpu 1 ./micro
//	go test -run '^$' -bench RemoteWake -cpu 2 ./micro
//
// Each is called BenchmarkNAME/WHO. NAME is also the key of the same operation in what bin/tokio-micro prints. WHO is
// goroutines; eddy, for straight-line tasks; or eddy and what else is meant, as in eddy-future for futures written by hand.
// What only the inside of the runtime can measure has benchmarks there: internal/executor, internal/reactor.
//
// Goroutines get as many processors as -cpu says, a runtime has one core whatever it says: -cpu 1 compares like with like.
// RemoteWake is about two threads, and needs 2.
package micro
