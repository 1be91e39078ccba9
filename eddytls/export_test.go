package eddytls

// Unsent is how many bytes wait to be sent, besides those that are on their way.
func Unsent(c *Conn) int {
	if c.out.buf == nil {
		return 0
	}
	return len(*c.out.buf)
}
