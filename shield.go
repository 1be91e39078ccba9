package eddy

// Shield runs fn in the current task and returns its error. What happens in fn is not interrupted from outside: neither a
// cancel of the task nor a WithTimeout around the Shield ends its waits; they hold again when fn has returned. It is for
// clean-up that has to wait and must finish, often in a deferred call:
//
//	defer rt.Shield(func() error { return tx.Rollback() })
//
// A WithTimeout inside fn works, and there should be one: nobody else ends a shielded wait before the runtime's end, and
// there it costs the whole grace period. What is left after that is ended by force, shielded or not.
//
// Runtime.Context in fn has the values of the one outside, not its deadline nor its end, and a Group that is made in fn is
// shielded with it. If the task awaits an Async that is in a Shield, and gives it up, the Async finishes its Shield as a
// task of its own. From a task.
func (rt *Runtime) Shield(fn func() error) error { return rt.exec.Shield(fn) }
