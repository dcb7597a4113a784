"""What exactly is wrong with a CVSS vector, and where in it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from cvss import CVSS2, CVSS3, CVSS4, CVSSError, constants2, constants3, constants4


@dataclass(frozen=True, kw_only=True, slots=True)
class VectorFault:
    """A fault of a vector: `text` and `remedy` hold `{metric}`, the characters that are meant."""

    start: int
    metric: str
    text: str
    remedy: str


@dataclass(frozen=True, kw_only=True, slots=True)
class _Scheme:
    """A version of CVSS: how its vectors begin, its metrics with their values, and who reads it."""

    prefix: str
    values: Mapping[str, Mapping[str, str]]
    mandatory: Sequence[str]
    reader: Callable[[str], Any]


_SCHEMES: Mapping[str, _Scheme] = MappingProxyType(
    {
        "CVSS_V2": _Scheme(
            prefix="",
            values=constants2.METRICS_VALUE_NAMES,
            mandatory=constants2.METRICS_MANDATORY,
            reader=CVSS2,
        ),
        "CVSS_V3": _Scheme(
            prefix="CVSS:3.",
            values=constants3.METRICS_VALUE_NAMES,
            mandatory=constants3.METRICS_MANDATORY,
            reader=CVSS3,
        ),
        "CVSS_V4": _Scheme(
            prefix="CVSS:4.0/",
            values=constants4.METRICS_VALUE_NAMES,
            mandatory=constants4.METRICS_MANDATORY,
            reader=CVSS4,
        ),
    }
)


@lru_cache(maxsize=4096)
def vector_fault(kind: str, vector: str) -> VectorFault | None:
    """Give the first fault of a vector of some kind (`CVSS_V2`, `CVSS_V3`, `CVSS_V4`), or None.

    Sources: CVSS 2.0 section 2.4, CVSS 3.1 section 6, CVSS 4.0 section 7.
    """
    scheme = _SCHEMES[kind]
    remedy = f"copy the vector from the calculator; {kind} begins with `{scheme.prefix or 'AV:'}`"
    whole = VectorFault(start=0, metric=vector, text="", remedy=remedy)
    if not vector.startswith(scheme.prefix):
        return _of(whole, f"the vector `{{metric}}` is not of the version {kind}")
    fault = next(_faults(scheme, vector), None)
    if fault is None and not _is_read(scheme, vector):
        return _of(whole, "the vector `{metric}` is not valid")
    return fault


def _faults(scheme: _Scheme, vector: str) -> Iterator[VectorFault]:
    seen: set[str] = set()
    start = vector.find("/") + 1 if scheme.prefix else 0
    for part in vector[start:].split("/"):
        name, _, value = part.partition(":")
        here = VectorFault(start=start, metric=part, text="", remedy="")
        if name not in scheme.values:
            known = ", ".join(scheme.mandatory)
            yield _of(here, "`{metric}` is no metric of this version of CVSS", f"there are {known}")
        elif value not in scheme.values[name]:
            choices = ", ".join(f"`{name}:{one}`" for one in scheme.values[name])
            yield _of(here, "`{metric}` is no value of this metric", f"choose one of {choices}")
        elif name in seen:
            yield _of(here, "the metric of `{metric}` stands twice", "keep one of the two")
        seen.add(name)
        start += len(part) + 1
    missing = ", ".join(f"`{one}`" for one in scheme.mandatory if one not in seen)
    if missing:
        whole = VectorFault(start=0, metric=vector, text="", remedy="")
        remedy = "copy the whole vector from the calculator"
        yield _of(whole, f"the vector `{{metric}}` lacks {missing}", remedy)


def _of(fault: VectorFault, text: str, remedy: str | None = None) -> VectorFault:
    return VectorFault(
        start=fault.start, metric=fault.metric, text=text, remedy=remedy or fault.remedy
    )


def _is_read(scheme: _Scheme, vector: str) -> bool:
    try:
        scheme.reader(vector)
    except CVSSError:
        return False
    return True
