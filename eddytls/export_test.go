package eddytls

import "crypto/tls"

// Below is the tls.Conn in a Conn.
func Below(c *Conn) *tls.Conn { return c.tls }

// Unsent is how many bytes wait to be sent, besides those that are on their way.
func Unsent(c *Conn) int {
	if c.out.buf == nil {
		return 0
	}
	return len(*c.out.buf)
}
