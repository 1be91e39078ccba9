package eddy

import (
	"errors"
	"net"
	"net/netip"
	"strings"
	"testing"
)

// FuzzParseAddress: whatever is written, the result is either an address, which reads back as itself, or an error that
// quotes what was written and says what to write instead.
func FuzzParseAddress(f *testing.F) {
	for _, address := range []string{
		"127.0.0.1:80", ":0", "localhost:8080", "[::1]:65535", "[fe80::1%eth0]:1", "[::ffff:192.0.2.1]:80", "0.0.0.0:080",
		"", "127.0.0.1", "127.0.0.1:", "::1:80", "[::1]", "[::1]80", "[::1]:65536", "[[::1]]:80", "[127.0.0.1]:80", "]:80",
		"127.0.0.1:+1", "127.0.0.1:-1", "127.0.0.1:0x10", "127.0.0.1:http", "example.com:80", "1.2.3:80", "unix:/tmp/file",
		"[fe80::1%]:80", "[::1%a%b]:80", "[::ffff:1.2.3.4%a]:80", "127.0.0.1:1_0", "\x00:80", "127.0.0.1:٣",
	} {
		f.Add(address)
	}
	f.Fuzz(func(t *testing.T, address string) {
		noHost := netip.IPv6Unspecified()
		addr, err := parseAddress(address, noHost)
		if err != nil {
			var wrong *net.AddrError
			if !errors.As(err, &wrong) || wrong.Addr != address {
				t.Fatalf("%q: %v does not name it", address, err)
			}
			if !saysWhatToWrite(wrong.Err) {
				t.Fatalf("%q: %v does not say what to write", address, err)
			}
			return
		}
		if !addr.IP.IsValid() || addr.Unix || addr.Path != "" {
			t.Fatalf("%q is %+v", address, addr)
		}
		// As netip writes it, and as the listener's Addr does.
		for _, written := range []string{addr.IP.String(), netAddr(addr).String()} {
			again, err := parseAddress(written, noHost)
			if err != nil || again != addr {
				t.Fatalf("%q is %v; that is written %q and read as %v, %v", address, addr.IP, written, again.IP, err)
			}
		}
	})
}

// saysWhatToWrite reports whether a message tells more than that something is wrong.
func saysWhatToWrite(message string) bool {
	for _, hint := range []string{"write host:port", "is not a number from 0 to 65535", "is not an IP address or localhost"} {
		if strings.Contains(message, hint) {
			return true
		}
	}
	return false
}
