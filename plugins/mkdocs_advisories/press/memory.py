"""What a server keeps in mind of the sources, so that it need not read all for one that changed.

A build that ends has none of this: it trusts bytes alone, never times.
"""

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from mkdocs_advisories.model import Disclosed
from mkdocs_advisories.press.facts import links, related_ids
from mkdocs_advisories.site.sheet import Around, Drawn
from mkdocs_advisories.source.catalog import Entry, Job

Draw = Callable[[Disclosed], Drawn]

_Signature = tuple[int, ...]


@dataclass(kw_only=True, slots=True)
class Memory:
    """The keys of files by their paths, and what was read of those that are not in the store.

    `drawn` is what was made of those, by their ids, with what it was made of, and what it says of
    others. `judged` stands for what was held against the rules last, and has passed; `looked` are
    the keys of files in which none of the words in `telling` is, the last ones of held names. Rules
    ask the clock as well: what comes due while a server runs, the next build says.
    """

    keys: dict[str, tuple[_Signature, str]] = field(default_factory=dict)
    entries: dict[str, Entry] = field(default_factory=dict)
    drawn: dict[str, tuple[Disclosed, object, Drawn]] = field(default_factory=dict)
    judged: object = None
    telling: frozenset[str] = frozenset()
    looked: set[str] = field(default_factory=set)

    def key(self, job: Job, make: Callable[[Job], str]) -> str:
        """Give the key of a file: made anew if the file has changed."""
        signature = _signature(job)
        known = self.keys.get(job.path)
        if known and known[0] == signature:
            return known[1]
        made = make(job)
        self.keys[job.path] = signature, made
        return made

    def drawing(self, draw: Draw, around: Around) -> Draw:
        """Give what draws an advisory, unless it is as it was, and so is what it says of others."""

        def drawn(one: Disclosed) -> Drawn:
            known = self.drawn.get(one.id)
            related = related_ids(one.content)
            if known and known[:2] == (one, links(known[2].outline, related, around)):
                return known[2]
            new = draw(one)
            self.drawn[one.id] = one, links(new.outline, related, around), new
            return new

        return drawn

    def forget_others(self, keys: Iterable[str]) -> None:
        """Forget what was read of files that are not there any more, or not as they were."""
        known = set(keys)
        self.entries = {key: one for key, one in self.entries.items() if key in known}

    def judge(self, about: object, judge: Callable[[], None]) -> None:
        """Judge what `about` stands for, if it is not what was judged last, or is None."""
        if not self.has_judged(about):
            judge()
            self.judged = about

    def has_judged(self, about: object) -> bool:
        """Say whether it was this that was judged last."""
        return about is not None and about == self.judged

    def look_for(self, telling: frozenset[str]) -> set[str]:
        """Give the keys of files in which none of these words was found, to be added to."""
        if self.telling != telling:
            self.telling, self.looked = telling, set()
        return self.looked

    def held(self, key: str, now: datetime) -> Entry | None:
        """Give what was read under a key, if it is held at an instant as it was then."""
        entry = self.entries.get(key)
        is_held = entry and entry.advisory and not entry.advisory.is_disclosed(now)
        return entry if is_held else None


def _signature(job: Job) -> _Signature:
    files = [job.file, *(one.content for one in job.attachments if isinstance(one.content, Path))]
    return tuple(number for one in files for number in _numbers(one))


def _numbers(file: Path) -> tuple[int, ...]:
    found = os.lstat(file)
    return found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino, found.st_mode
