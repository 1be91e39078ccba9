package kernel

// OpenBSD sets the times of keep-alive for the whole system, not for a socket.
const (
	keepIdle     = absent
	keepInterval = absent
	keepCount    = absent

	keepUnits = 1
)
