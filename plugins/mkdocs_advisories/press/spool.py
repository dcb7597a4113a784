"""A temporary file that grows, so that what is seldom looked at need not be in memory."""

import os
import tempfile
from collections.abc import Iterable
from contextlib import ExitStack
from errno import ENOSPC
from typing import IO


class Spool:
    """It is there as long as `files` are open."""

    def __init__(self, files: ExitStack) -> None:
        # Unbuffered: a fork must not find anything in a buffer.
        file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - `files` closes it
        self.file: IO[bytes] = files.enter_context(file)

    def add(self, pieces: Iterable[bytes]) -> int:
        """Add bytes at the end, and say where they begin.

        Raises:
            OSError: there is no space left.
        """
        start = self.file.seek(0, os.SEEK_END)
        for one in pieces:
            if self.file.write(one) != len(one):
                raise OSError(ENOSPC, os.strerror(ENOSPC))
        return start
