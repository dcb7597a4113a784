"""Where subjects are run: each time in a new place; those that are used up stay until the end.

A file system may take minutes to use again what was freed. ext4 looks at each inode that was freed
in the last five minutes whenever a file is created, so that a build right after a large folder was
deleted takes up to ten times the system time for each of its files. Whoever has many would pay for
what another one has left. So nothing is deleted while there is room.
"""

import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path

SPACE, FILES = 10 * 10**9, 500_000
"""The bytes, and the files, that have to be free before a subject is run."""
EACH_SPACE, EACH_FILES = 250_000, 25
"""What an advisory takes at most: its source, and what is made of it."""


@dataclass(kw_only=True)
class Places:
    """The places below a folder: that in use is the last of them."""

    folder: Path
    made: int = 0
    used: list[Path] = field(default_factory=list)

    def new(self) -> Path:
        """Give a new folder, which is empty."""
        self.made += 1
        place = self.folder / f"{self.made:05}"
        place.mkdir()
        self.used.append(place)
        return place

    def make_room(self, count: int) -> bool:
        """Delete all used places if so many advisories could find too little room; say whether."""
        if not self.used or self._is_roomy(count):
            return False
        for place in self.used:
            shutil.rmtree(place)
        self.used.clear()
        return True

    def _is_roomy(self, count: int) -> bool:
        disk = os.statvfs(self.folder)
        has_space = disk.f_bavail * disk.f_frsize >= max(SPACE, count * EACH_SPACE)
        # Some file systems have as many files as there is space for, and tell of none.
        return has_space and (not disk.f_files or disk.f_favail >= max(FILES, count * EACH_FILES))
