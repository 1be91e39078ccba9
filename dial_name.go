package eddy

import (
	"context"
)

// Dial connects to an address on a network, as net.Dial does, without blocking the loop, and waits until that has
// succeeded or failed. The networks are
//
//	tcp           host:port, with a name or an IP address as the host
//	tcp4, tcp6    the same, over IPv4 or IPv6 only
//	unix          the path of a socket
//
// Names are looked up by Config.LookupIP, IPv6 and IPv4 addresses at the same time; localhost is ::1 and 127.0.0.1. Where
// a host has several addresses they are tried as RFC 8305 (happy eyeballs) recommends: by turns of the families, IPv6
// first, the next one after 250 ms or as soon as one has failed; IPv4 addresses wait up to 50 ms for the answer about
// IPv6. The first connection wins. A port is a number.
//
// Errors are *net.OpError, and wrap a *net.DNSError where the lookup failed. If all attempts fail it is the error of the
// first, unless that only says that this machine has no way there. From a task.
func (rt *Runtime) Dial(network, address string) (*TCPStream, error) {
	return rt.DialContext(context.Background(), network, address)
}

// DialContext is Dial that ends when ctx does, with ctx's cause. ctx may be cancelled from any goroutine, and does
// nothing to the connection afterwards. A dial function that has to return a net.Conn looks at the error first: a nil
// *TCPStream in a net.Conn is not nil. From a task.
func (rt *Runtime) DialContext(ctx context.Context, network, address string) (*TCPStream, error) {
	if network == "unix" {
		d := rt.dialingUnix(address)
		return rt.dial(under(ctx, d), d)
	}
	e, err := newHappyEyeballs(ctx, rt, network, address)
	if err != nil {
		rt.exec.Pay() // as an attempt does: a loop that tries again must not keep the loop
		return nil, err
	}
	return rt.dial(under(ctx, e), e)
}
