package main

// mutant is one line of the runtime, how it is broken, and the tests that must notice.
type mutant struct {
	Rule     string // of docs/reliability.md
	File     string
	Old, New string // Old stands in File exactly once
	Package  string // whose tests are run
	Run      string // which of them; a regular expression as for go test
}

// table breaks each rule at least once. What a simulated world can notice stands in simulated.go.
var table = append([]mutant{
	{"F1", "internal/reactor/slot.go", "if uint64(e.generation) != uint64(token)>>t.slotBits {", "if false {", "internal/reactor", "TestStaleTokenReachesNobody|TestGhostEventInTheBatchInHand"},
	{"F2", "internal/reactor/slot.go", "case uint64(len(t.entries)) < 1<<t.slotBits-1:", "case uint64(len(t.entries)) < 1<<t.slotBits:", "internal/reactor", "TestTokensAreNeverRepeated"},
	{"F3", "internal/reactor/reactor.go", "\tr.kernel.Deregister(s.FD())\n", "", "internal/reactor", "TestDeregisterWakesAll"},
	{"F4", "internal/kernel/epoll_sleep_linux.go", "if n > 0 || errno != 0 && errno != unix.EINTR {", "if n > 0 || errno != 0 {", "internal/kernel", "TestInterruptedEpollWaitGoesOnWithTheTimeLeft|TestSignalsEndNoWait"},
	{"F5", "internal/reactor/source.go", "if ready&(kernel.Writable|both) != 0 {", "if ready&both != 0 {", "internal/reactor", "TestWhatEventsRaise|TestDirectionsAreApart"},
	{"F6", "internal/reactor/reactor.go", "if first := r.slots.find(s.FD()); errno == syscall.EEXIST && first != nil {", "if first := r.slots.find(s.FD()); errno == syscall.EPERM && first != nil {", "internal/reactor", "TestSecondRegistrationNamesTheFirst"},
	{"F7", "tcp_accept.go", "b.next = min(max(minBackoff, 2*b.next), maxBackoff)", "b.next = minBackoff", ".", "TestAcceptBacksOff"},
	{"F8", "tcp_accept.go", "\t\treturn acceptNext\n", "\t\treturn acceptFatal\n", ".", "TestAcceptSkipsBrokenConnections"},
	{"F9", "tcp_accept.go", "case acceptNext:\n\t\t\tif !cx.Spend() {", "case acceptNext:\n\t\t\tif false {", ".", "TestAcceptStormLetsClientsBeServed"},
	{"F10", "internal/reactor/source.go", "if ready&(kernel.Readable|kernel.ReadClosed|kernel.Urgent|both) != 0 {", "if ready&(kernel.Readable|kernel.Urgent|both) != 0 {", "internal/reactor", "TestWhatEventsRaise"},
	{"F11", "internal/reactor/source.go", "func (s *Source) infers() bool { return s.kind == TCP && !s.unusual }", "func (s *Source) infers() bool { return s.kind == TCP }", "internal/reactor", "TestEndInTheSameEventIsNotLost"},
	{"F12", "internal/reactor/source.go", "const both = kernel.HangUp | kernel.Failed", "const both = kernel.Failed", "internal/reactor", "TestWhatEventsRaise"},
	{"F13", "linger.go", "if s.nothingToLose() || s.rt", "if true || s.rt", ".", "TestReplySurvivesClose"},
	{"F14", "internal/kernel/call_linux.go", "uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p)), unix.MSG_NOSIGNAL, 0, 0)", "uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p)), 0, 0, 0)", "internal/kernel", "TestWritesRaiseNoSignal"},
	{"F15", "internal/reactor/timers.go", "case deadline <= r.sample:", "case deadline == r.sample:", "internal/reactor", "TestExtremeDeadlines"},
	{"F16", "internal/reactor/reactor.go", "\tr.Refresh()\n\tr.deliver", "\tr.deliver", "internal/reactor", "TestSampleIsTakenAfterTheWait"},
	{"F17", "timeout.go", "if cx.Clock().Now() < t.deadline {", "if !cx.Spend() || cx.Clock().Now() < t.deadline {", ".", "TestTimeoutFiresOverABusyFuture"},
	{"F18", "tcp_deadline.go", "\tcase s.rt.reactor.Sample() < i.deadline():\n", "\tcase true:\n", ".", "TestIdleTimeoutEndsRead"},
	{"F19", "tcp_deadline.go", "return !s.source.Read().First(nil) || !s.source.Write().First(nil)", "return !s.source.Read().First(nil)", ".", "TestIdleTimeoutEndsWrite"},
	{"F20", "internal/executor/task.go", "if w&over != 0 {\n\t\t\treturn // the task has ended\n\t\t}", "", "internal/executor", "TestStaleWake"},
	{"F21", "internal/executor/worker.go", "c.own().panicked = asPanicError(v)", "_ = asPanicError(v)", "internal/executor", "TestPanicOfATask"},
	{"F22", "internal/executor/watch_tick.go", "if w.lasted < w.due || now.Before(w.notBefore) {", "if true {", "internal/executor", "TestSlowPollIsReportedAsItGrows"},
	{"F23", "lookup.go", "lane: &l.rt.lookups,", "lane: &l.rt.offloads,", ".", "TestHangingLookupsLetOffloadsGoOn"},
	{"F24", "future/group.go", "case groupFresh:\n", "case groupFresh, groupWaiting:\n", "future", "TestGroupPollsOnlyTheChildThatWasWoken"},
	{"F25", "alarm.go", "a.clock.Disarm(a.timer)", "_ = a.timer", ".", "TestSleepCancelDisarms|TestTimeoutCancel"},
	{"F26", "eddytls/transport.go", "\tt.c.out.add(p)\n\treturn len(p), nil\n", "\treturn t.c.stream.Write(p)\n", "eddytls", "TestKeyUpdateWhileAWriteWaits"},
	{"F27", "internal/reactor/reactor.go", "if done < len(batch) {", "if false {", "internal/reactor", "TestPanickingWakerDoesNotLoseEvents"},
	{"F28", "internal/executor/task.go", "if t.state&done == 0 {\n\t\tt.ex.schedule(t)\n", "if t.state&done == 0 {\n\t\tt.ex.begin(t)\n\t\tt.ex.poll(t, false)\n", "internal/executor", "TestWakesOnlyEnqueue"},
	{"F29", "tcp_copy.go", "\tvar wait readWait\n", "\tdefer s.rt.buffers.giveBack(s.rt.buffers.borrow())\n\tvar wait readWait\n", ".", "TestIdleCopiesShareOneBuffer"},
	{"F31", "internal/reactor/source.go", "if ready&(kernel.ReadClosed|kernel.Urgent|both) != 0 {", "if ready&(kernel.ReadClosed|both) != 0 {", "internal/reactor", "TestWhatEventsRaise"},
	{"F32", "internal/executor/inbox.go", "\tif !b.ended {\n\t\tb.wakeLoop()\n\t}", "\tb.wakeLoop()", "internal/executor", "TestWakeOvertakenByTheEnd"},
	{"F33", "tcp_option.go", "s.setOption(kernel.OptResetOnClose, number(seconds == 0))", "s.setOption(kernel.OptResetOnClose, number(seconds >= 0))", ".", "TestLingerNeverBlocks"},
	{"F34", "dial.go", "if d.addr.Unix && errors.Is(err, syscall.EAGAIN) {", "if false {", ".", "TestDialUnixWithFullBacklog"},
	{"F35", "internal/executor/coroutine.go", "if ex.opt.CheckThread && ex.thread != 0 && ex.opt.ThreadID() != ex.thread {", "if false {", ".", "TestForeignGoroutinePanics"},
	{"F36", "gosched.go", "\t\truntime.Gosched()\n", "\t\t_ = runtime.Gosched\n", ".", "TestBusyLoopGivesOthersTurns"},
	{"F37", "internal/executor/interrupt.go", "\tif ex.env.Budget > 0 {\n\t\tex.env.Budget--\n\t} else {\n\t\tc.yieldTurn()\n\t}\n", "", "internal/executor", "TestCanceledRetryLoopGivesTurns"},
	{"F38", "internal/kernel/kevent_linux.go", "Udata  [1]uintptr", "Udata  [1]uintptr\n\tholder [1]*byte", "internal/kernel", "TestTokensSurviveTheCollector"},
}, simulated...)
