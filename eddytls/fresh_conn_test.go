package eddytls_test

import (
	"crypto/tls"
	"testing"

	"github.com/eddy-go/eddy"
)

// F26: on a fresh connection one task reads and another writes, from the first moment on, at both ends. One of them does
// the handshake, and the other waits for it as a task.
func TestReadAndWriteFromTheFirstMomentOn(t *testing.T) {
	forEachVersion(t, func(t *testing.T, rt *eddy.Runtime, clientConfig, serverConfig *tls.Config) {
		client, server := connect(t, rt, clientConfig, serverConfig)
		reader := rt.Spawn(func() { readText(t, server, "from the client") })
		writer := rt.Spawn(func() { writeText(t, server, "from the server") })
		other := rt.Spawn(func() { readText(t, client, "from the server") })
		writeText(t, client, "from the client")
		reader.Join()
		writer.Join()
		other.Join()
		must(t, client.Close())
		must(t, server.Close())
	})
}
