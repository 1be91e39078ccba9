package eddy

// fromTask panics unless a task of rt runs: without one there is no loop that could go on, or it has ended and its
// kernel's descriptors are somebody else's (F35). Methods that wait find out by themselves; this is for those that do
// not. op names the caller's method.
func (rt *Runtime) fromTask(op string) {
	if rt.exec.Running() == nil {
		panic("eddy: " + op + " was called with no task running: call it inside BlockOn or Spawn; from another goroutine use Handle.Spawn, or Runtime.NetConn for a net.Conn")
	}
	if rt.config.CheckThread && rt.kernel.ThreadID() != 0 && !rt.exec.OnLoopThread() {
		panic("eddy: " + op + " is for tasks and was called from another goroutine: use Handle.Spawn to run code as a task, or Runtime.NetConn for a net.Conn")
	}
}
