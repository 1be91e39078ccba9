// Package ecosystem shows that well-known libraries run unchanged in the tasks of an eddy runtime: HTTP by
// valyala/fasthttp, the PROXY protocol by pires/go-proxyproto, WebSockets by gobwas/ws. It is tests and examples alone,
// in a module of its own, so that users of eddy download none of these libraries.
//
// A library runs in a task if it does its work on the goroutine that calls it. Where a library has calls that start
// goroutines, or hold a lock while they wait, the tests show the way round:
//
//   - fasthttp: Server.Serve starts goroutines. ServeConn is for tasks; Serve itself works over a Runtime.NetListener.
//   - fasthttp: RequestCtx.Hijack calls its handler on a goroutine. Give ServeConn the Runtime.NetConn of the stream, or
//     let the handler start a task by Handle.Spawn and wait for it.
//   - fasthttp: TimeoutHandler calls the handler on a goroutine and stops the loop until it returns. Use
//     Runtime.WithTimeout in the handler.
//   - fasthttp: SetBodyStreamWriter calls its function on a goroutine, and while that computes the loop stands still. Use
//     SetBodyStream, whose reader is read in the task.
//   - go-proxyproto: a Conn reads its header in the first call of nearly any method, RemoteAddr among them, under a
//     sync.Once. Two tasks that share one connection must let one of them make that first call (ProxyHeader, say)
//     before the other gets it.
//   - go-proxyproto: ReadTimeout, which its authors advise against, reads on a goroutine. Use a Listener, NewConn, or
//     ReadHeaderTimeout.
//   - ws: Dialer.Dial with a context that can be cancelled starts a goroutine that sets a deadline when it is; that works.
package ecosystem
