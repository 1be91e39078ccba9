package sim

import (
	"fmt"
	"path"
	"reflect"
	"runtime"
	"strings"
	"time"

	"github.com/eddy-go/eddy"
)

// Dump describes the world as it is: each host with its tasks and what they wait for. From anywhere.
func (w *World) Dump() string {
	var b strings.Builder
	fmt.Fprintf(&b, "the world after %v:", w.net.Now())
	for _, h := range w.hosts {
		h.dump(&b)
	}
	return b.String()
}

func (h *Host) dump(b *strings.Builder) {
	l := &h.life
	fmt.Fprintf(b, "\nhost %s (%v): ", h.Name(), h.Addr())
	switch {
	case l.lost:
		b.WriteString("crashed or killed")
	case l.over:
		b.WriteString("ended")
		if l.err != nil {
			fmt.Fprintf(b, " with %v", l.err)
		}
	case h.fresh():
		b.WriteString("not started yet")
	case h.paused:
		b.WriteString("paused")
	case h.w.running == h:
		b.WriteString("running")
	case l.kernel.Runnable():
		b.WriteString("ready")
	default:
		b.WriteString("waiting")
	}
	if l.over || h.fresh() {
		return
	}
	tasks := l.rt.Tasks()
	h.rename(tasks)
	for _, t := range tasks {
		if t.For > 0 || t.State == "waiting" {
			t.For += h.quiet() // the runtime's clock was read in the last turn
		}
		fmt.Fprintf(b, "\n\t%v", t)
	}
}

// mainTask is the number of a runtime's first task.
const mainTask = 1

// rename gives the main task the name of the host's function, which is called by one of this package.
func (h *Host) rename(tasks []eddy.TaskInfo) {
	for i := range tasks {
		if tasks[i].ID == mainTask {
			if tasks[i].Name == tasks[i].Function {
				tasks[i].Name = h.program()
			}
			tasks[i].Function = h.program()
		}
	}
}

// program names the host's function as task dumps do.
func (h *Host) program() string {
	pc := reflect.ValueOf(h.fn).Pointer()
	f := runtime.FuncForPC(pc)
	file, line := f.FileLine(pc)
	return fmt.Sprintf("%s %s:%d", path.Base(f.Name()), path.Base(file), line)
}

// quiet is how long ago the host's last turn was.
func (h *Host) quiet() time.Duration {
	if h.w.running == h {
		return 0
	}
	return h.w.net.Now() - h.life.ranAt
}
