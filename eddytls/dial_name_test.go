package eddytls_test

import (
	"crypto/tls"
	"errors"
	"net"
	"testing"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/eddytls"
)

// F26: a config that verifies the connection itself, as the example of crypto/tls does, is told the name that was dialled,
// as by tls.Dial. Without it, any certificate of a trusted authority would do.
func TestDialTellsItsNameToAConfigThatVerifiesItself(t *testing.T) {
	for network, name := range map[string]string{"tcp4": "localhost", "unix": "s"} {
		t.Run(network, func(t *testing.T) {
			t.Chdir(t.TempDir())
			onLoop(t, func(t *testing.T, rt *eddy.Runtime) {
				l, address := listenAs(t, rt, network, name)
				serving := rt.Spawn(func() {
					s := got(l.AcceptTCP())(t)
					conn := eddytls.Server(rt, s, serverConfig())
					_ = conn.Handshake()
					must(t, conn.Close())
				})
				errForeign := errors.New("not whom I want")
				told := ""
				config := &tls.Config{
					InsecureSkipVerify: true,
					VerifyConnection: func(s tls.ConnectionState) error {
						told = s.ServerName
						return errForeign
					},
				}
				if _, err := eddytls.Dial(rt, network, address, config); !errors.Is(err, errForeign) {
					t.Errorf("got %v", err)
				}
				if told != name || config.ServerName != "" {
					t.Errorf("told %q, and the caller's config %q; want %q", told, config.ServerName, name)
				}
				serving.Join()
				must(t, l.Close())
			})
		})
	}
}

// listenAs returns a listener, and the address by which it has a name.
func listenAs(t *testing.T, rt *eddy.Runtime, network, name string) (l *eddy.TCPListener, address string) {
	t.Helper()
	if network == "unix" {
		return got(rt.ListenUnix(name))(t), name
	}
	l = got(rt.ListenTCP("127.0.0.1:0"))(t)
	_, port, err := net.SplitHostPort(l.Addr().String())
	must(t, err)
	return l, net.JoinHostPort(name, port)
}
