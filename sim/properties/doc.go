// Package properties holds the runtime to what its documents promise, in simulated worlds with faults. It consists of
// tests. The files that begin with echo are about servers and clients: a large scenario in which everything happens at
// once, and small ones in which one rule is all that matters, so that the first seeds notice when it is broken.
//
//	go test ./sim/properties -sim.seeds=2000
package properties
