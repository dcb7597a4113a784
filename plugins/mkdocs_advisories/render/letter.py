"""The text of a mail, from a template that an organisation may replace by one of its own.

A template is plain text of Jinja: a line `Subject: …`, an empty line, the text. It runs in Jinja's
sandbox and sees nothing but what it is given here: of what is held, the three facts of a notice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import StrictUndefined, TemplateSyntaxError, UndefinedError
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from mkdocs_advisories.model import Disclosed, Notice, NoticeKind, format_instant
from mkdocs_advisories.policy import Policy
from mkdocs_advisories.render.addresses import bundle_uri
from mkdocs_advisories.render.bulletin import bulletin, releases
from mkdocs_advisories.render.characters import carried
from mkdocs_advisories.render.plain_text import fit
from mkdocs_advisories.render.view import moment
from mkdocs_advisories.render.words import ENGLISH, words_of

_SUBJECT = "Subject:"


class TemplateError(ValueError):
    """A template cannot be used. The message says why and repeats nothing of an advisory."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    """What a mail says. The text has lines that every client shows whole, and a newline last."""

    subject: str
    text: str


def default_template(kind: NoticeKind) -> str:
    """Give the template of this package for a kind of mail."""
    place = files("mkdocs_advisories") / "render" / "templates" / "mail" / f"{kind.value}.txt"
    return place.read_text(encoding="utf-8")


def prenotification(notice: Notice, *, policy: Policy, template: str | None = None) -> Letter:
    """Write the notice that goes out ahead of time. It is made of its three facts alone.

    Raises:
        TemplateError: the template cannot be used.
        ValueError: the notice lacks its embargo.
    """
    if notice.embargo is None:
        raise ValueError("a notice without an embargo tells nothing")
    when = moment(notice.embargo, zone=policy.time_zone, words=words_of(ENGLISH))
    facts = {
        "projects": _sentence(notice.projects),
        "severity": notice.severity or "not rated yet",
        "day": when.day,
        "minute": when.minute,
        "iso": format_instant(notice.embargo),
    }
    return _letter(template, NoticeKind.PRENOTIFICATION, policy, facts)


def disclosure_letter(
    kind: NoticeKind,
    advisories: Sequence[Disclosed],
    *,
    policy: Policy,
    public: frozenset[str],
    template: str | None = None,
) -> Letter:
    """Write the announcement, update or withdrawal of disclosed advisories, in one mail.

    `public` are the ids of all disclosed ones.

    Raises:
        TemplateError: the template cannot be used.
    """
    shown = [bulletin(one, policy=policy, public=public) for one in advisories]
    facts = {
        "advisories": shown,
        "projects": _sentence(dict.fromkeys(name for one in shown for name in one.projects)),
        "table": releases(advisories, policy=policy),
        "bundle": _bundle(advisories, policy),
    }
    return _letter(template, kind, policy, facts)


def _bundle(advisories: Sequence[Disclosed], policy: Policy) -> str:
    """Give the page of what was disclosed together; empty for one, or for several instants."""
    instants = {one.published for one in advisories}
    is_bundle = len(advisories) > 1 and len(instants) == 1
    return policy.site_url + bundle_uri(instants.pop()) if is_bundle else ""


def _letter(
    template: str | None, kind: NoticeKind, policy: Policy, facts: Mapping[str, Any]
) -> Letter:
    organisation = {"name": policy.organisation.name, "url": policy.organisation.url}
    context = {"organisation": organisation, "site_url": policy.site_url, **facts}
    filled = _filled(template or default_template(kind), context)
    head, _, text = carried(filled).replace("\r\n", "\n").partition("\n\n")
    subject = " ".join(head.removeprefix(_SUBJECT).split())
    if not head.startswith(_SUBJECT) or "\n" in head.strip() or not subject:
        raise TemplateError("it must begin with a line `Subject: …` and an empty line")
    if not text.strip():
        raise TemplateError("it gives no text")
    return Letter(subject=subject, text=fit(text).strip("\n") + "\n")


def _filled(template: str, context: Mapping[str, Any]) -> str:
    """Fill a template. What goes wrong in it is told without the values that it was given."""
    try:
        return _environment().from_string(template).render(context).lstrip("\n")
    except TemplateSyntaxError as error:
        raise TemplateError(f"line {error.lineno}: {error.message}") from None
    except (UndefinedError, SecurityError) as error:
        raise TemplateError(str(error)) from None
    except Exception as error:  # noqa: BLE001 - whatever an expression of a template can raise
        raise TemplateError(f"it cannot be filled: {type(error).__name__}") from None


@cache
def _environment() -> ImmutableSandboxedEnvironment:
    return ImmutableSandboxedEnvironment(
        autoescape=False,  # plain text, which nothing interprets
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _sentence(names: Sequence[str] | Mapping[str, None]) -> str:
    *head, last = names or [""]
    return f"{', '.join(head)} and {last}" if head else last
