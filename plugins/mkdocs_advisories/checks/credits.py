"""Credits say who did what, once, in a way that leads to them, and as they have agreed."""

import re
from collections.abc import Iterator

from mkdocs_advisories.checks.case import Case, Finding
from mkdocs_advisories.checks.rule import error, warning
from mkdocs_advisories.problems import Related
from mkdocs_advisories.source import nodes

_ADDRESS = re.compile(r"mailto:[^@\s,;?]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")


@warning("ADV285", reads="credits")
def credits_have_a_type(case: Case) -> Iterator[Finding]:
    """A finder is not a coordinator; without a type nobody knows."""
    for index, one in enumerate(case.content.credits):
        if one.type is None:
            yield case.finding(
                "credits",
                index,
                text="it is not said what `{name}` did",
                remedy="add `type`: `FINDER`, `REPORTER`, `REMEDIATION_DEVELOPER` …, or `OTHER`",
                name=one.name,
            )


@warning("ADV286", reads="credits")
def nobody_is_credited_twice(case: Case) -> Iterator[Finding]:
    """One person has one credit for one thing."""
    seen: dict[tuple[str, str | None], int] = {}
    for index, one in enumerate(case.content.credits):
        name = " ".join(one.name.lower().removeprefix("@").split())
        first = seen.setdefault((name, one.type), index)
        if first != index:
            yield case.finding(
                "credits",
                index,
                "name",
                text="`{name}` is credited for this already",
                remedy="remove one of the two, or say what else they did",
                related=(Related(place=case.place("credits", first, "name"), text="here"),),
                name=one.name,
            )


@warning("ADV287", reads="credits")
def contacts_can_be_used(case: Case) -> Iterator[Finding]:
    """A contact is a page over https, or one address of mail."""
    for number, credit in enumerate(case.content.credits):
        for index, contact in enumerate(credit.contact):
            is_mail = contact.startswith("mailto:")
            if contact.startswith("https://") or (is_mail and _ADDRESS.fullmatch(contact)):
                continue
            yield case.finding(
                "credits",
                number,
                "contact",
                index,
                text="`{contact}` is no address of mail"
                if is_mail
                else "`{contact}` is not encrypted",
                remedy="write `mailto:name@example.org`" if is_mail else "write `https://`",
                contact=contact,
            )


@error("ADV288", reads="credits")
def everyone_has_agreed(case: Case) -> Iterator[Finding]:
    """Where the policy asks for it, nobody is named without their consent."""
    for index, one in enumerate(case.content.credits if case.policy.checks.consent else ()):
        consent = case.node("credits", index, "consent")
        if not isinstance(consent, nodes.Scalar) or consent.value() is not True:
            yield case.finding(
                "credits",
                index,
                "name" if consent is None else "consent",
                text="that `{name}` has agreed to be named is not stated",
                remedy="ask them, then add `consent: true` (never published); or leave it out",
                name=one.name,
            )
