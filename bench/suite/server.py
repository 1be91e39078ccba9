"""A server under measurement: started on a free port, known to echo, stopped and reaped, with its CPU time and memory.

It ends only the process that it started, and that process ends when this one does, however this one ends.
"""

import ctypes
import os
import pathlib
import resource
import shlex
import signal
import socket
import subprocess
import tempfile
import time

BENCH = pathlib.Path(__file__).resolve().parents[1]
CLOOP = f"{shlex.quote(str(BENCH / 'bin/cloop'))} {{port}}"
CLOAD = str(BENCH / "bin/cload")

START_LIMIT = 10.0  # seconds until the first echo
STOP_LIMIT = 10.0  # seconds from SIGTERM to the end


PR_SET_PDEATHSIG = 1
libc = ctypes.CDLL(None)


class Failure(Exception):
    """What one turn, or a script, ends with: said in a line or two."""


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def raise_descriptor_limit(wanted):
    """Raises this process's soft limit, which children inherit, to the hard one."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < wanted:
        raise Failure(f"the limit of open files is {hard}, {wanted} are needed (ulimit -n)")
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def pinned(cpu):
    """What a child calls before its exec: `taskset -c`, unless cpu is None, and an end with its parent's."""

    def prepare():
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if cpu is not None:
            os.sched_setaffinity(0, {cpu})

    return prepare


class Server:
    """A running server. command is a shell-like line in which {port} stands for the port of 127.0.0.1 to listen on.

    One connection has made one echo when the constructor returns.
    """

    def __init__(self, name, command, cpu=None):
        self.name = name
        self.port = free_port()
        self.log = tempfile.TemporaryFile()
        argv = shlex.split(command.replace("{port}", str(self.port)))
        try:
            self.process = subprocess.Popen(
                argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=self.log, preexec_fn=pinned(cpu)
            )
        except OSError as e:
            raise Failure(f"{name}: {argv[0]}: {e.strerror}") from e
        try:
            self._echo_once()
        except BaseException:
            self.kill()
            raise

    @property
    def pid(self):
        return self.process.pid

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    def _echo_once(self):
        limit = time.monotonic() + START_LIMIT
        while True:
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=START_LIMIT) as s:
                    s.sendall(b"?")
                    if s.recv(1) != b"?":
                        raise Failure(f"{self.name}: the first echo is wrong{self._last_words()}")
                    s.shutdown(socket.SHUT_WR)
                    if s.recv(1) != b"":
                        raise Failure(f"{self.name}: bytes after the first echo{self._last_words()}")
                    return
            except ConnectionRefusedError:
                if self.process.poll() is not None or time.monotonic() > limit:
                    raise Failure(f"{self.name}: does not listen{self._last_words()}") from None
                time.sleep(0.01)
            except OSError as e:
                raise Failure(f"{self.name}: the first echo: {e}{self._last_words()}") from e

    def cpu_seconds(self):
        """CPU time so far, of all threads, those that have ended included, to the nanosecond.

        This is the process's CPU clock, whose id the kernel derives from the pid (clock_getcpuclockid(3)).
        /proc/PID/schedstat has the same precision but knows the first thread only.
        """
        return time.clock_gettime((~self.pid << 3) | 2)

    def switches(self):
        """Context switches so far of the threads that live, wanted and unwanted."""
        total = 0
        for task in pathlib.Path(f"/proc/{self.pid}/task").iterdir():
            for line in (task / "status").read_text().splitlines():
                if "ctxt_switches:" in line:
                    total += int(line.split()[1])
        return total

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def anonymous_memory(self):
        """Resident anonymous memory in bytes."""
        with open(f"/proc/{self.pid}/status") as status:
            for line in status:
                if line.startswith("RssAnon:"):
                    return int(line.split()[1]) * 1024
        raise Failure(f"{self.name}: no RssAnon in /proc/{self.pid}/status")

    def stop(self):
        """SIGTERM, then reaps. Returns the rusage of its whole life, and what it wrote to stderr."""
        os.kill(self.pid, signal.SIGTERM)
        limit = time.monotonic() + STOP_LIMIT
        while True:
            pid, status, usage = os.wait4(self.pid, os.WNOHANG)
            if pid != 0:
                break
            if time.monotonic() > limit:
                raise Failure(f"{self.name}: did not stop on SIGTERM{self._last_words()}")
            time.sleep(0.005)
        code = os.waitstatus_to_exitcode(status)
        self.process.returncode = code
        if code not in (0, -signal.SIGTERM):
            raise Failure(f"{self.name}: exit {code}{self._last_words()}")
        return usage, self.stderr()

    def kill(self):
        """Ends it whatever its state; harmless if it has ended."""
        if self.process.returncode is None:
            self.process.kill()
            self.process.wait()

    def stderr(self):
        # pread: the server shares this file's offset and may still write.
        fd = self.log.fileno()
        return os.pread(fd, os.fstat(fd).st_size, 0).decode(errors="replace")

    def _last_words(self):
        words = self.stderr().strip()
        return f"; its last lines:\n{words[-1000:]}" if words else ""
