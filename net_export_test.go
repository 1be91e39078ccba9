package eddy

import "net"

// AdaptedConn is what NetConn returns.
type AdaptedConn = netConn

// OperationsOf counts the operations of goroutines that the loop has begun and not ended. From a task.
func OperationsOf(c net.Conn) int {
	n := 0
	for _, running := range []bool{c.(*netConn).reads.running != nil, c.(*netConn).writes.running != nil} {
		if running {
			n++
		}
	}
	return n
}

// CloseAsked reports whether somebody has called Close of what NetListener returned.
func CloseAsked(l net.Listener) bool { return l.(*netListener).listener.closed.Load() }
