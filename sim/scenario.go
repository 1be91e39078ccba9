package sim

import "time"

// Crash takes a host's power away. Nobody hears of it any more: peers find out by their timeouts, or by a reset once it
// runs again. Its tasks are unwound before Crash returns: their waits fail, their deferred calls run, but whatever they
// send goes nowhere, and the host's clock has no more to do with the world's. Not from a task.
func (w *World) Crash(h *Host) {
	w.notInTask("Crash")
	h.machine.Crash()
	w.end(h)
}

// Kill ends a host's program as SIGKILL does: the machine runs on and closes the program's sockets, so peers see the end
// of their streams, or resets, and new ones are refused. Its tasks are unwound as by Crash. Not from a task.
func (w *World) Kill(h *Host) {
	w.notInTask("Kill")
	h.machine.Kill()
	w.end(h)
}

func (w *World) end(h *Host) {
	if h.alive() {
		h.unwind()
	}
}

// Restart runs a host's function anew, after it has returned, or after a Crash or Kill. A host that still runs panics.
// Not from a task.
func (w *World) Restart(h *Host) {
	w.notInTask("Restart")
	w.open("Restart")
	if h.alive() {
		panic("sim: World.Restart of host " + h.Name() + ", which runs: Crash or Kill it first")
	}
	h.noteError()
	h.boot()
}

// Pause stops a host as SIGSTOP does: its kernel goes on to take in what comes, its program does nothing until Resume.
// Not from a task.
func (w *World) Pause(h *Host) {
	w.notInTask("Pause")
	w.note(h, "pause")
	h.paused = true
}

// Resume lets a paused host go on. Its timers that fell due meanwhile fire late. Not from a task.
func (w *World) Resume(h *Host) {
	w.notInTask("Resume")
	w.note(h, "resume")
	h.paused = false
}

// Partition cuts the link between two hosts. What is sent is lost, and sent again as TCP does it, until Heal. From
// anywhere.
func (w *World) Partition(a, b *Host) { w.net.Partition(a.machine, b.machine) }

// Heal mends the link between two hosts. From anywhere.
func (w *World) Heal(a, b *Host) { w.net.Heal(a.machine, b.machine) }

// Link returns the link between two hosts, or of a host with itself, to be read and changed. A change holds for what is
// sent afterwards, and for sockets made afterwards. From anywhere.
func (w *World) Link(a, b *Host) *Link { return w.net.Link(a.machine, b.machine) }

// After calls fn when d has passed in the world, between the turns of the hosts. From anywhere.
func (w *World) After(d time.Duration, fn func()) { w.net.After(d, fn) }

// outsideLimit is how long Outside waits at most. Picked: several times the flight of a packet.
const outsideLimit = 2 * time.Millisecond

// Outside calls fn once as a goroutine of another thread would: at a drawn moment, in the midst of one of the host's next
// kernel calls or while it waits. fn is for what may be called from any goroutine, such as Handle.Spawn, Handle.Shutdown
// or TCPStream.Close. It is not called if the host ends before. From anywhere.
func (w *World) Outside(h *Host, fn func()) {
	w.After(w.tape.Between("outside", 0, outsideLimit), func() { h.machine.Outside(fn) })
}
