"""Where the figures come from: machine, system, versions, commit. What cannot be found out is left out."""

import os
import platform
import re
import subprocess
from datetime import datetime, timezone

from .server import BENCH


def said(*argv, cwd=None):
    """The first line that a command says; None if it fails or is not there."""
    try:
        done = subprocess.run(argv, capture_output=True, text=True, cwd=cwd, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return None
    lines = done.stdout.strip().splitlines()
    return lines[0].strip() if done.returncode == 0 and lines else None


def field(path, name):
    try:
        with open(path) as f:
            for line in f:
                key, separator, value = line.replace("=", ":", 1).partition(":")
                if separator and key.strip() == name:
                    return value.strip().strip('"')
    except OSError:
        pass
    return None


def package(name):
    return said("dpkg-query", "-W", "-f", "${Version}\n", name)


def memory():
    kib = field("/proc/meminfo", "MemTotal")
    return f"{int(kib.split()[0]) / 2**20:.1f} GiB" if kib else None


def module_version(path):
    try:
        match = re.search(rf"^\s*(?:require )?{re.escape(path)} (v\S+)", (BENCH / "go.mod").read_text(), re.MULTILINE)
    except OSError:
        return None
    return match and match[1]


def siblings(cpu):
    """The processors that are one core with this one."""
    try:
        path = f"/sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list"
        with open(path) as f:
            spans = [span.split("-") for span in f.read().strip().split(",")]
        return {n for span in spans for n in range(int(span[0]), int(span[-1]) + 1)}
    except (OSError, ValueError):
        return {cpu}


def commit():
    head = said("git", "rev-parse", "--short=12", "HEAD", cwd=BENCH)
    if head and said("git", "status", "--porcelain", "--untracked-files=no", cwd=BENCH):
        head += ", with changes"
    return head


def environment():
    found = {
        "date": datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        "commit": commit(),
        "cpu": field("/proc/cpuinfo", "model name") or platform.machine(),
        "cores": str(os.cpu_count()),
        "memory": memory(),
        "virtualisation": said("systemd-detect-virt"),
        "kernel": f"{platform.system()} {platform.release()} {platform.machine()}",
        "distribution": field("/etc/os-release", "PRETTY_NAME"),
        "go": said("go", "env", "GOVERSION", cwd=BENCH),
        "gcc": said("gcc", "--version"),
        "rustc": said("/usr/bin/rustc", "--version"),
        "tokio": package("librust-tokio-dev"),
        "libuv": package("libuv1-dev"),
        "liburing": package("liburing-dev"),
        "node": said("node", "--version"),
        "netpoll": module_version("github.com/cloudwego/netpoll"),
        "strace": package("strace"),
        "perf": said("perf", "--version"),
    }
    return {k: v for k, v in found.items() if v}
