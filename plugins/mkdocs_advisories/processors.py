"""How many processes it is worth to share work among."""

import os
from contextlib import suppress
from math import ceil
from pathlib import Path

_MOST = 4
"""Each takes memory: some 50 MiB with ten thousand advisories, 200 with a hundred thousand."""
_QUOTA = Path("/sys/fs/cgroup/cpu.max")


def processors() -> int:
    """Give how many processors this process may use, at most four.

    A container has all those of its machine in view, but perhaps a quota of their time
    (https://docs.kernel.org/admin-guide/cgroup-v2.html, `cpu.max`): more processes than that would
    only wait for each other.
    """
    return max(1, min(_MOST, _allowed(), _quota()))


def _allowed() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _quota() -> int:
    """Give the quota in whole processors; there may be none."""
    with suppress(OSError, ValueError, ZeroDivisionError):
        most, period = _QUOTA.read_text(encoding="ascii").split()
        return ceil(int(most) / int(period))
    return _MOST
