"""The forms of ids that well-known databases give (OSV schema, `id`, and the databases' rules)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, kw_only=True, slots=True)
class Form:
    """How the ids of one database look; `words` say it for people."""

    name: str
    pattern: str
    example: str
    words: str


_YEAR = r"(19[89][0-9]|20[0-9]{2})"


def _numbered(name: str, digits: str, words: str, *, zero: str = "0001") -> Form:
    return Form(
        name=name,
        pattern=rf"{name}-{_YEAR}-{digits}",
        example=f"{name}-2026-{zero}",
        words=f"the year and {words}",
    )


_FOUR_OR_MORE = "([0-9]{4}|[1-9][0-9]{4,18})"
_ANY = "(0|[1-9][0-9]{0,18})"
_FORMS: Mapping[str, Form] = MappingProxyType(
    {
        one.name: one
        for one in (
            Form(
                name="CVE",
                pattern=rf"CVE-(1999|20[0-9]{{2}})-{_FOUR_OR_MORE}",
                example="CVE-2026-35195",
                words="a year from 1999 on, and four digits or more (no zero in front of five)",
            ),
            Form(
                name="GHSA",
                pattern="GHSA(-[23456789cfghjmpqrvwx]{4}){3}",
                example="GHSA-394w-hwhg-8vgm",
                words="three times four of the characters 23456789cfghjmpqrvwx",
            ),
            _numbered("RUSTSEC", "[0-9]{4}", "four digits"),
            _numbered("HSEC", "[0-9]{4}", "four digits"),
            _numbered("GO", _FOUR_OR_MORE, "at least four digits"),
            _numbered("PYSEC", _ANY, "a number", zero="1"),
            _numbered("OSV", _ANY, "a number", zero="1"),
            _numbered("GSD", _ANY, "a number", zero="1000001"),
            _numbered("MAL", _ANY, "a number", zero="1"),
            _numbered("JLSEC", _ANY, "a number", zero="1"),
            _numbered("EUVD", _ANY, "a number", zero="1"),
            _numbered("JVNDB", "[0-9]{6}", "six digits", zero="000001"),
        )
    }
)
_PLACEHOLDER = re.compile(
    r"(^|[-_.:])(TBD|TODO|FIXME|X{3,}|Y{4}|N{4,}|PENDING|UNASSIGNED|PLACEHOLDER)([-_.:]|$)"
    r"|(^|[-_.:])0{3,}$|-0{4}-",
    re.IGNORECASE,
)


def is_placeholder(text: str) -> bool:
    """Say whether an id stands for one that is not assigned yet (`RUSTSEC-0000-0000`).

    A part of a GHSA id may well be `xxxx`; only all three together are a placeholder.
    """
    if re.fullmatch(_FORMS["GHSA"].pattern, text):
        return text.lower() == "ghsa-xxxx-xxxx-xxxx"
    return _PLACEHOLDER.search(text) is not None


def is_of_a_database(text: str) -> bool:
    """Say whether an id has the form that one of the well-known databases gives."""
    return any(re.fullmatch(one.pattern, text, re.IGNORECASE) for one in _FORMS.values())


def expected_form(text: str) -> Form | None:
    """Give the form of the database that an id seems to be of, if it does not have it."""
    prefix = re.match(r"[A-Za-z]+(?![A-Za-z])", text)
    form = _FORMS.get(prefix[0].upper()) if prefix else None
    if form is None or re.fullmatch(form.pattern, text):
        return None
    # Some use a known prefix as the first word of an id of their own, such as GO-SDK-12.
    return form if re.match(rf"{form.name}[-_: .]?[0-9]|GHSA|CVE", text, re.IGNORECASE) else None


def well_formed(text: str) -> str | None:
    """Give the right spelling of an id whose letter case or separators alone are wrong, or None."""
    prefix, _, rest = re.sub(r"[_:.]", "-", text).partition("-")
    for candidate in (f"{prefix.upper()}-{rest.lower()}", f"{prefix.upper()}-{rest.upper()}"):
        form = _FORMS.get(prefix.upper())
        if form and re.fullmatch(form.pattern, candidate):
            return candidate
    return None


def year_of(text: str) -> int | None:
    """Give the year that an id carries between two hyphens or colons (`LAN-2026-0001`), or None."""
    found = re.search(r"[-:_](19[0-9]{2}|20[0-9]{2})[-:_]", text)
    return int(found[1]) if found else None
