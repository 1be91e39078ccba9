package executor

// A report is a panic on its way to OnPanic.
type report struct {
	info  TaskInfo
	panic *PanicError
}

// unjoined takes note of a panic that nobody will see otherwise.
func (ex *Executor) unjoined(info TaskInfo, err *PanicError) {
	ex.panics = append(ex.panics, report{info, err})
}

// reportPanics hands the panics to OnPanic, after the poll in which they came up: by then the task is filed and no
// task's code is on the stack. So OnPanic may panic in its turn, to end the program: the loop is left in order.
func (ex *Executor) reportPanics() {
	for len(ex.panics) > 0 {
		r := ex.panics[0]
		ex.panics = ex.panics[1:]
		if ex.opt.OnPanic != nil {
			ex.opt.OnPanic(r.info, r.panic)
		}
	}
	ex.panics = nil
}
