// Package eddytls is TLS for tasks: crypto/tls on an eddy.TCPStream, without the mutexes that freeze a loop.
//
// A tls.Conn holds sync mutexes while its connection waits: one during the whole handshake, one while a Read waits, one
// while a Write waits for room. On a goroutine each, that is right. Among tasks, a second one that wants such a mutex
// blocks the thread, and with it the first, for ever: two tasks that both use a fresh connection, or a Read that has to
// answer a key update while a Write waits.
//
// A Conn has a tls.Conn inside, and keeps two rules that make it safe. What the tls.Conn writes never waits: it goes to a
// buffer, which is sent outside of all its mutexes. And what may wait while it holds a mutex, the handshake and the Read,
// is done by one task at a time; the others queue at an esync.Mutex, which parks them. So any number of tasks may use one
// Conn, as goroutines use a tls.Conn.
//
// What is sent waits in buffers only while it is on its way: for a Write one piece of at most 16 KiB with its overhead,
// for what a Read has to answer 32 KiB at most, behind which a connection whose peer asks and does not listen is cut off.
// An idle Conn holds none; the tls.Conn in it keeps the one into which it has read its largest record.
//
// Cryptography, certificates, configuration and the meaning of the states are those of crypto/tls, whose types this
// package uses. A handshake computes for a good part of a millisecond, during which no other task runs. The functions in a
// Config may wait: they run in the task that does the handshake, and so does the Sign of a private key, which can hand its
// work to eddy.Offload. Three may not: Config.KeyLogWriter, Config.Rand and Config.Time are called under mutexes of
// crypto/tls.
package eddytls
