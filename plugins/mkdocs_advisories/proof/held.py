"""What is held, as the proof takes it, and the needles that are made of it."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mkdocs_advisories.proof.folding import fold
from mkdocs_advisories.proof.needles import Needles, Passage, Word, needles
from mkdocs_advisories.proof.own import addresses, commonplaces, fold_marked, telling
from mkdocs_advisories.proof.reading import Reader
from mkdocs_advisories.proof.text import readings, tags
from mkdocs_advisories.proof.windows import WINDOW, Places

FEWEST_WINDOWS = 20
"""An advisory whose title and text give fewer needles than this cannot be proven to be absent."""

MOST_OF_AN_ATTACHMENT = 200_000
"""Windows that one reading of an attachment gives; of a larger one, a sample is looked for."""

_DIGESTS = ("md5", "sha1", "sha256", "sha512")  # as lists of checksums have them
_SHORTEST_TITLE = 24
_SHORTEST_NAME = 10
"""Folded characters of a title, or of the name of an attachment, that are told from chance."""


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class HeldFile:
    """A file that is published with an advisory, and not before."""

    name: str
    raw: bytes


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class Held:
    """A held advisory.

    `path` is how reports name it. `source` is the whole file, `body` the Markdown in it, `rendered`
    that as HTML. `ids` are its id and aliases.
    """

    path: str
    source: str
    body: str
    title: str = ""
    rendered: str = ""
    ids: frozenset[str] = frozenset()
    files: tuple[HeldFile, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class Haystack:
    """What is looked for: needles and digests of whole files, by the numbers of their owners.

    `held` is how many advisories there are, `unprovable` those of which there is too little to look
    for. `fingerprint` depends on everything but the seeds, and is as secret as all of it.
    """

    needles: Needles
    digests: Mapping[bytes, int]
    held: int
    unprovable: tuple[int, ...]
    fingerprint: bytes


def haystack(held: Sequence[Held], *, public: Iterable[str], seeds: Iterable[str] = ()) -> Haystack:
    """Make everything that is looked for, less what stands in public texts.

    The owners are numbered as in `held`; the seeds follow, and are looked for in any case.
    """
    public = tuple(public)
    known = (folded for text in (*public, *commonplaces()) for folded in folds(text))
    every = _needles(held, frozenset(map(str.lower, _addresses(public))))
    # The prose is judged by itself, as if others had written it: so all is folded only once.
    left = every.joined(_prose(held, first=len(held))).without(known)
    real = left.of_owners(range(len(held)))
    digests = {
        hashlib.sha256(file.raw).digest(): owner
        for owner, one in enumerate(held)
        for file in one.files
        if file.raw
    }
    seeded = [_passage(seed, owner) for owner, seed in enumerate(seeds, len(held))]
    return Haystack(
        needles=real.joined(needles(seeded, ())),
        digests=digests,
        held=len(held),
        unprovable=_unprovable(left.count(), len(held)),
        fingerprint=real.fingerprint() + b"".join(sorted(digests)),
    )


def _addresses(texts: Iterable[str]) -> Iterator[str]:
    return (address for text in texts for address in addresses(text))


def _needles(held: Sequence[Held], public: frozenset[str]) -> Needles:
    passages = [passage for owner, one in enumerate(held) for passage in _passages(one, owner)]
    words = {
        word.folded: word for owner, one in enumerate(held) for word in _words(one, owner, public)
    }
    return needles(passages, words.values())


def _prose(held: Sequence[Held], *, first: int) -> Needles:
    """Make needles of titles and bodies alone. Their owners are numbered from `first` on."""
    passages = [
        _passage(text, owner)
        for owner, one in enumerate(held, first)
        for text in (one.title, one.body)
    ]
    return needles(passages, ())


def _unprovable(windows: Mapping[int, int], count: int) -> tuple[int, ...]:
    """Number those whose prose, less what is public, is too little to be recognised."""
    return tuple(one for one in range(count) if windows.get(one + count, 0) < FEWEST_WINDOWS)


def folds(text: str) -> list[bytes]:
    """Fold every reading of a text. Those that are alike are given once."""
    return list(dict.fromkeys(map(fold, readings(text))))


def folds_of_file(name: str, raw: bytes) -> Iterator[bytes]:
    """Fold every reading of a file and of all that is in it."""
    return (reading.folded for reading in Reader().read(name, raw))


def _passage(text: str, owner: int) -> Passage:
    """Take the windows of a text that tell it from others."""
    folded, marks = fold_marked(text)
    return Passage(folded=folded, owner=owner, places=telling(marks))


def _passages(held: Held, owner: int) -> Iterator[Passage]:
    # Of what is rendered, only the words: its markup is that of every page.
    for text in (held.source, held.body, tags(held.rendered)):
        for reading in readings(text):
            yield _passage(reading, owner)
    for file in held.files:
        for folded in folds_of_file(file.name, file.raw):
            yield Passage(
                folded=folded, owner=owner, places=_all(folded), most=MOST_OF_AN_ATTACHMENT
            )


def _all(folded: bytes) -> Places:
    return np.arange(max(0, len(folded) - WINDOW + 1))


def _words(held: Held, owner: int, public: frozenset[str]) -> Iterator[Word]:
    """Give the ids in any case; titles, and names of files, where they are long enough to tell."""
    for name in held.ids:
        yield Word(folded=fold(name), owner=owner, spelled=name, stays=True)
    for address in addresses(held.source):
        if address.lower() not in public:
            yield Word(folded=fold(address), owner=owner, spelled=address, stays=True)
    if len(fold(held.title)) >= _SHORTEST_TITLE:
        yield Word(folded=fold(held.title), owner=owner)
    for file in held.files:
        if len(fold(file.name)) >= _SHORTEST_NAME:
            yield Word(folded=fold(file.name), owner=owner)
        for name in _DIGESTS:
            digest = hashlib.new(name, file.raw, usedforsecurity=False).hexdigest()
            yield Word(folded=fold(digest), owner=owner)
