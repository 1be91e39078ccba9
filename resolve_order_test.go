package eddy

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"
)

// The families come by turns, IPv6 first, and each in the order of its answer. What comes late joins where it fits.
func TestOrderOfAddresses(t *testing.T) {
	for name, test := range map[string]struct {
		steps string // an answer, "4=a,b" or "6=a,b", or how many addresses are taken
		want  string
	}{
		"both":                        {"6=a,b 4=x,y 4", "a x b y"},
		"both, the other way round":   {"4=x,y 6=a,b 4", "a x b y"},
		"more of IPv6":                {"6=a,b,c 4=x 4", "a x b c"},
		"more of IPv4":                {"6=a 4=x,y,z 4", "a x y z"},
		"IPv6 alone":                  {"6=a,b 2", "a b"},
		"IPv4 alone":                  {"4=x,y 2", "x y"},
		"IPv4 late":                   {"6=a,b,c 1 4=x,y 4", "a x b y c"},
		"IPv4 later still":            {"6=a,b,c 2 4=x,y 3", "a b x c y"},
		"IPv6 late":                   {"4=x,y,z 1 6=a,b 4", "x a y b z"},
		"IPv6 after the last of IPv4": {"4=x 1 6=a,b 2", "x a b"},
	} {
		var r resolution
		var got []string
		for _, step := range strings.Fields(test.steps) {
			f, answer := ipv6, strings.TrimPrefix(step, "6=")
			if text, ok := strings.CutPrefix(step, "4="); ok {
				f, answer = ipv4, text
			}
			if strings.Contains(step, "=") {
				r.known[f] = nil
				for _, letter := range strings.Split(answer, ",") {
					r.known[f] = append(r.known[f], addressOf(f, letter))
				}
				continue
			}
			for range step[0] - '0' {
				ip := r.take().As16()
				got = append(got, string(rune(ip[15])))
			}
		}
		if !r.empty() || strings.Join(got, " ") != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

// addressOf is an address whose last byte is a letter.
func addressOf(f family, letter string) netip.Addr {
	if f == ipv4 {
		return netip.AddrFrom4([4]byte{10, 0, 0, letter[0]})
	}
	return netip.AddrFrom16([16]byte{0: 0xfd, 15: letter[0]})
}

// What is an address already, and this machine's own name, is looked up nowhere.
func TestWhatNeedsNoLookup(t *testing.T) {
	both, four, six := []family{ipv6, ipv4}, []family{ipv4}, []family{ipv6}
	for _, test := range []struct {
		host string
		only []family
		want string // the addresses, "lookup" or an error
	}{
		{"192.0.2.1", both, "192.0.2.1"},
		{"192.0.2.1", four, "192.0.2.1"},
		{"192.0.2.1", six, "no suitable address"},
		{"::ffff:192.0.2.1", both, "192.0.2.1"},
		{"2001:db8::1", both, "2001:db8::1"},
		{"2001:db8::1", four, "no suitable address"},
		{"fe80::1%1", six, "fe80::1%1"},
		{"localhost", both, "::1 127.0.0.1"},
		{"LocalHost.", both, "::1 127.0.0.1"},
		{"a.localhost", four, "127.0.0.1"},
		{"localhost", six, "::1"},
		{"notlocalhost", both, "lookup"},
		{"localhost.example", four, "lookup"},
		{"1.2.3", both, "lookup"},
		{"", both, "no such host"},
	} {
		r, err := newResolution(context.Background(), nil, test.host, test.only)
		if err != nil {
			if !strings.Contains(err.Error(), test.want) {
				t.Errorf("%q %v: %v, want %s", test.host, test.only, err, test.want)
			}
			continue
		}
		var got []string
		for !r.empty() {
			got = append(got, r.take().String())
		}
		for f, l := range r.lookups {
			if (l != nil) != (test.want == "lookup" && slices.Contains(test.only, family(f))) {
				t.Errorf("%q %v: asks %v", test.host, test.only, l)
			}
		}
		if test.want != "lookup" && strings.Join(got, " ") != test.want {
			t.Errorf("%q %v: %v, want %s", test.host, test.only, got, test.want)
		}
	}
}

// Whatever a resolver fails with is package net's error in the end, and says what it was.
func TestLookupErrors(t *testing.T) {
	known := &net.DNSError{Err: "server misbehaving", Name: "host"}
	if err := lookupError("host", known); err != error(known) {
		t.Errorf("got %v", err)
	}
	own := errors.New("own")
	for err, timeout := range map[error]bool{own: false, context.DeadlineExceeded: true, ErrCanceled: false} {
		wrapped := lookupError("host", err)
		var dns *net.DNSError
		if !errors.As(wrapped, &dns) || !errors.Is(wrapped, err) || dns.Name != "host" || dns.Timeout() != timeout {
			t.Errorf("%v became %v", err, wrapped)
		}
	}
}
