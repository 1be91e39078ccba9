// Package eddy is a single-threaded async runtime: tasks of straight-line code or hand-written futures, polled by one
// loop on one thread, woken by one kernel queue (epoll or kqueue). Neither Go's scheduler nor its network poller
// carries a task.
//
// [BlockOn] makes a [Runtime], runs a main function on it as the first task, and ends it. Inside, [Runtime.Spawn]
// starts further tasks, [Runtime.ListenTCP] and [Runtime.DialTCP] make sockets whose Read, Write and Accept look
// blocking and are not: they park the task, never the thread. A [TCPStream] has the shape of a net.Conn and a
// [TCPListener] that of a net.Listener, so bufio, io.Copy and crypto/tls run unchanged inside a task.
//
// Only one task runs at a time, and another one runs only while this one waits. So tasks share memory without locks:
// between two waits nothing that they see can change. The price is that a task which blocks its thread (a mutex held
// by another task, a channel, time.Sleep, a long computation) stops all tasks. [Offload] runs such things elsewhere, and
// Config.SlowPoll has a task reported that stops the others.
//
// Straight-line tasks are coroutines: goroutines that are switched to directly and that no scheduler queues. A profile
// names them by the label "task"; hand-written futures run on the loop's own goroutine and have none. Beside the loop and
// its coroutines stand a goroutine for each function that [Offload] runs, one for each lookup of a name, the watchdog of
// Config.SlowPoll, and, for the moment in which a context ends that somebody waits for, the one that package context
// starts then.
//
// For code that insists on goroutines, [Runtime.NetConn], [Runtime.NetListener] and [Handle.DialContext] give connections
// whose methods are for any goroutine.
//
// Everything here is for tasks, unless its comment says "from any goroutine"; a [Handle] is what other goroutines
// hold.
package eddy
