"""Says on stderr what is going on and how long it will take: one changing line on a terminal, a line now and then
elsewhere."""

import sys
import time

PERIOD = 30.0  # picked: seconds between two lines where there is no terminal


def minutes(seconds):
    return f"{seconds / 60:.1f} min" if seconds >= 90 else f"{seconds:.0f} s"


class Progress:
    def __init__(self, out=sys.stderr, clock=time.monotonic):
        self.out, self.clock = out, clock
        self.terminal = out.isatty()
        self.started = clock()
        self.last = None
        self.total = self.finished = 0.0

    def say(self, text):
        print(f"\r\033[K{text}" if self.terminal else text, file=self.out, flush=True)

    def begin(self, estimated):
        self.started, self.total, self.finished, self.last = self.clock(), estimated, 0.0, None
        self.say(f"measuring takes about {minutes(estimated)}" if estimated else "nothing is left to measure")

    def corrected(self, estimated):
        """An estimate in the light of how the earlier ones came true; of the first ones only with a share."""
        known = 20.0  # picked: seconds of estimate that weigh as much as all that has been seen
        return estimated * (self.clock() - self.started + known) / (self.finished + known)

    def done(self, estimated):
        self.finished += estimated

    def show(self, what):
        now = self.clock()
        if not self.terminal and self.last is not None and now - self.last < PERIOD:
            return
        self.last = now
        left = minutes(self.corrected(max(0.0, self.total - self.finished)))
        text = f"{100 * self.finished / self.total:3.0f} %, {left} left: {what}"
        print(
            f"\r\033[K{text}" if self.terminal else text, end="" if self.terminal else "\n", file=self.out, flush=True
        )

    def end(self):
        if self.terminal:
            print("\r\033[K", end="", file=self.out, flush=True)
