package load

import "fmt"

// Kind is a way in which a connection ends that a good server does not cause.
type Kind uint8

// The kinds of failures.
const (
	Connect Kind = iota // no connection was made
	Closed              // the server ended the stream before it was asked to
	Broken              // the system reported an error, such as a reset
	Silent              // bytes were owed, and none came in Plan.Timeout
	Wrong               // a byte is not the one that was sent; only Plan.Verify sees it
	Extra               // more bytes came than were sent
	Unended             // all bytes came, and then no end of the stream in Plan.Timeout; this alone is no loss
	Kinds               // how many there are
)

var kindNames = [Kinds]string{"connect", "closed", "broken", "silent", "wrong", "extra", "unended"}

// String returns the kind's name, which outputs promise.
func (k Kind) String() string { return kindNames[k] }

// loses reports whether bytes that did not come back in such a failure are lost. In the others they were not waited
// for.
func (k Kind) loses() bool { return k == Closed || k == Broken || k == Silent }

// Failure is how one connection failed.
type Failure struct {
	Kind       Kind
	Connection int    // from 0
	Local      string // our address on it; "" where there is none
	Offset     uint64 // in its stream: how many good bytes had come back
	Lost       uint64 // bytes that were sent and did not come back
	Expected   []byte // a few from Offset on; only of Wrong
	Got        []byte // a few from Offset on; of Wrong and Extra
	Err        error  // of Connect and Broken
}

// shownBytes is how many bytes of a difference a failure keeps. Picked: they fit a line.
const shownBytes = 8

// String is a line for people.
func (f Failure) String() string {
	name := fmt.Sprintf("connection %d", f.Connection)
	if f.Local != "" {
		name += " (" + f.Local + ")"
	}
	lost := fmt.Sprintf("after %d bytes, %s", f.Offset, lost(f.Lost))
	switch f.Kind {
	case Connect:
		return fmt.Sprintf("%s: %v", name, f.Err)
	case Closed:
		return fmt.Sprintf("%s: the server closed it %s", name, lost)
	case Broken:
		return fmt.Sprintf("%s: %v, %s", name, f.Err, lost)
	case Silent:
		return fmt.Sprintf("%s: the server fell silent %s", name, lost)
	case Wrong:
		return fmt.Sprintf("%s: wrong from byte %d on: expected %s, got %s", name, f.Offset, spaced(f.Expected), spaced(f.Got))
	case Extra:
		return fmt.Sprintf("%s: more came back than was sent, from byte %d on: %s", name, f.Offset, spaced(f.Got))
	}
	return fmt.Sprintf("%s: the server did not close it after its last byte, %d", name, f.Offset)
}

// lost says how many bytes are lost.
func lost(n uint64) string {
	switch n {
	case 0:
		return "none is lost"
	case 1:
		return "1 is lost"
	}
	return fmt.Sprintf("%d are lost", n)
}

func spaced(p []byte) string { return fmt.Sprintf("% x", p) }
