"""Peak memory of the process that asks, and of it alone.

getrusage's ru_maxrss is carried over fork and exec on Linux: a child of a large test worker starts at the worker's peak.
VmHWM belongs to the process's own memory.
"""

from __future__ import annotations

from pathlib import Path


def peak_kb() -> int:
    """High-water mark of resident memory since exec, in KiB."""
    for line in Path("/proc/self/status").read_text("ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1])
    raise OSError("this kernel doesn't tell VmHWM")


def forget_peak() -> None:
    """From now on the high-water mark counts from what is resident at this moment: earlier work hides nothing."""
    Path("/proc/self/clear_refs").write_text("5", "ascii")
