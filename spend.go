package eddy

// Spend takes one unit of the task's budget, as each read and write does, and lets the loop go on when the budget is
// spent: the other ready tasks, the timers, the kernel. In a loop that works long without a wait it keeps the runtime
// alive for a few nanoseconds a round, where Yield would wait for the kernel each time. Its error is that of an
// interrupted wait. From a task.
func (rt *Runtime) Spend() error { return rt.exec.Current("Spend").Spend() }
