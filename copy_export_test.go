package eddy

// CopiedByLoop returns how many bytes the loop has copied from s since its task was resumed.
func CopiedByLoop(s *TCPStream) int64 { return s.passed }
