"""The plugin's options, as data, become the policy."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from mkdocs_advisories.model import parse_instant
from mkdocs_advisories.policy import (
    Checks,
    Clock,
    Feed,
    Mail,
    Maintained,
    Maintenance,
    Organisation,
    Pages,
    Policy,
    Project,
    Publisher,
    ReleaseLine,
    SecurityTxt,
    Source,
    Step,
)
from mkdocs_advisories.source.positions import Path
from mkdocs_advisories.source.shape import dotted, misfits


@dataclass(frozen=True, kw_only=True, slots=True)
class Configuration:
    """What mkdocs.yml says: the policy, and where things lie (relative to that file).

    `clock_hosts` are URLs whose `Date` the machine's clock is held against.
    """

    policy: Policy
    advisories_dir: str
    index: str
    clock_hosts: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class SiteFacts:
    """What MkDocs itself is told about the site."""

    name: str
    description: str | None
    url: str | None
    language: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Complaint:
    """What is wrong with one option, and the remedy."""

    option: str
    text: str


def configure(options: Mapping[str, Any], *, site: SiteFacts) -> Configuration | list[Complaint]:
    """Turn the options into a configuration, or say everything that is wrong with them."""
    data = _as_json(options)

    def written(path: Path) -> str:
        value: Any = data
        for step in path:
            value = value[step]
        return str(value)

    complaints = [
        Complaint(
            option=dotted(one.path),
            text=f"{_filled(one.text, one.values)}. Remedy: {_filled(one.remedy, one.values)}",
        )
        for one in misfits(data, schema="policy", written=written)
    ]
    if not site.url:
        text = "every link in the feed needs `site_url`. Remedy: set it in mkdocs.yml"
        complaints.append(Complaint(option="site_url", text=text))
    if not complaints and _has_no_contact(data):
        text = "nobody is named. Remedy: add `contact`, or `email` to `organisation`"
        complaints.append(Complaint(option="security_txt", text=text))
    return complaints or _configuration(data, site)


def complaints_text(complaints: Sequence[Complaint]) -> str:
    """Report options that are wrong."""
    lines = [f"option `{one.option}`: {one.text}" for one in complaints]
    return "\n".join(["mkdocs.yml, plugin `advisories`:", *lines])


def _configuration(options: Mapping[str, Any], site: SiteFacts) -> Configuration:
    return Configuration(
        policy=Policy(
            organisation=Organisation(**options["organisation"]),
            source=Source(options["source"]),
            id_pattern=options["id_pattern"],
            time_zone=ZoneInfo(options.get("time_zone", "UTC")),
            projects=tuple(_project(one) for one in options.get("projects", ())),
            feed=_feed(options["feed"], site),
            site_url=(site.url or "").rstrip("/") + "/",
            language=site.language,
            clock=_clock(options.get("clock", {})),
            checks=_checks(options.get("checks", {})),
            publisher=_publisher(options),
            security_txt=_security_txt(options),
            mail=_mail(options.get("mail")),
            checklist=tuple(
                Step(name=one["step"], text=one["text"]) for one in options.get("checklist", ())
            ),
            corrections=options.get("corrections"),
            pages=Pages(**options.get("pages", {})),
            upcoming=options.get("upcoming", False),
        ),
        advisories_dir=options.get("advisories_dir", "advisories"),
        index=options.get("index", "index.md"),
        clock_hosts=tuple(options.get("clock_hosts", ())),
    )


def _has_no_contact(options: Mapping[str, Any]) -> bool:
    stated = options.get("security_txt")
    if stated is None:
        return False
    return not ("contact" in stated or "email" in options["organisation"])


def _as_json(value: Any) -> Any:  # noqa: ANN401 - whatever YAML has read
    """Undo what YAML makes of plain words: `since: 2020-01-01` and `off:` need no quotes."""
    if isinstance(value, Mapping):
        return {
            "off" if key is False else str(key): _as_json(child) for key, child in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [_as_json(child) for child in value]
    if isinstance(value, datetime):
        # Without a zone, YAML has read either UTC or nothing at all: that is for the check to say.
        return value.isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else value


def _project(options: Mapping[str, Any]) -> Project:
    packages = frozenset(options["packages"])
    lines = options.get("maintained")
    return Project(
        name=options["name"],
        url=options.get("url"),
        packages=packages,
        maintained=_maintained(lines, packages) if lines else None,
    )


def _maintained(options: Mapping[str, Any], packages: frozenset[str]) -> Maintained:
    return Maintained(
        packages=frozenset(options.get("packages", packages)),
        releases=tuple(map(_release_line, options["releases"])),
        rules=tuple(
            Maintenance(every=one.get("every", 1), months=one["months"])
            for one in options.get("rules", ())
        ),
    )


def _release_line(options: Mapping[str, Any]) -> ReleaseLine:
    until = options.get("until")
    return ReleaseLine(
        line=options["line"],
        released=date.fromisoformat(options["released"]),
        until=date.fromisoformat(until) if until else None,
    )


def _clock(options: Mapping[str, Any]) -> Clock:
    holidays = options.get("holidays", ())
    return Clock(**{**options, "holidays": frozenset(map(date.fromisoformat, holidays))})


def _checks(options: Mapping[str, Any]) -> Checks:
    usual = Checks()
    return Checks(
        off={one["code"]: one["reason"] for one in options.get("off", ())},
        title_length=options.get("title_length", usual.title_length),
        sections=tuple(options.get("sections", usual.sections)),
        proof_of_concept=tuple(options.get("proof_of_concept", usual.proof_of_concept)),
        consent=options.get("consent") == "required",
    )


def _feed(options: Mapping[str, Any], site: SiteFacts) -> Feed:
    return Feed(
        uri=options.get("uri", "feed.xml"),
        title=options.get("title", site.name),
        subtitle=options.get("subtitle", site.description),
        authority=options["authority"],
        since=date.fromisoformat(options["since"]),
        entries=options.get("entries", 100),
    )


def _publisher(options: Mapping[str, Any]) -> Publisher:
    mail = options["organisation"].get("email")
    return Publisher(**{"contact_details": mail, **options.get("publisher", {})})


def _security_txt(options: Mapping[str, Any]) -> SecurityTxt | None:
    stated = options.get("security_txt")
    if stated is None:
        return None
    mail = options["organisation"].get("email")
    return SecurityTxt(
        expires=parse_instant(stated["expires"]),
        contact=tuple(stated.get("contact", (f"mailto:{mail}",))),
        languages=tuple(stated.get("languages", ())),
        **{key: stated.get(key) for key in ("policy", "encryption", "acknowledgments", "hiring")},
    )


def _mail(options: Mapping[str, Any] | None) -> Mail | None:
    if options is None:
        return None
    return Mail(
        sender=options["from"],
        announce=tuple(options.get("announce", ())),
        prenotify=tuple(options.get("prenotify", ())),
        reply_to=options.get("reply_to"),
        templates=options.get("templates"),
        archive=options.get("archive"),
    )


def _filled(template: str, values: Mapping[str, str]) -> str:
    return re.sub(r"\{value\}", lambda _: values.get("value", ""), template)
