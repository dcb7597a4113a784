"""The Content-Security-Policy of a page (CSP Level 3), made from the page itself.

A theme's own inline scripts are allowed by their hashes, and what it loads from elsewhere by name.
Nothing else runs: no script of an advisory's text, no event handler, no `javascript:` link, no
frame, no plugin, no base address. The text of advisories is never asked for what to allow.
"""

import re
from base64 import b64encode
from collections.abc import Iterable, Iterator
from hashlib import sha256
from html import escape, unescape
from urllib.parse import urlsplit, urlunsplit

_SCRIPT = re.compile(r"<script\b([^>]*)>(.*?)</script\s*>", re.DOTALL | re.IGNORECASE)
_STYLE = re.compile(r"<style\b[^>]*>(.*?)</style\s*>", re.DOTALL | re.IGNORECASE)
_LINK = re.compile(r"<link\b[^>]*\brel=\"?stylesheet[^>]*>", re.IGNORECASE)
_STYLED = re.compile(r"<[a-z][^<>]*\sstyle=(?:\"([^\"]*)\"|'([^']*)')", re.IGNORECASE)
_ADDRESS = re.compile(r"\b(?:src|href)=[\"']?(https?://[^\s\"'>]+|//[^\s\"'>]+)", re.IGNORECASE)
_DATA_BLOCK = re.compile(r"\btype=[\"']?(?!module|text/javascript)[a-z]+/", re.IGNORECASE)
_CHARSET = re.compile(r"<head\b[^>]*>\s*(?:<meta charset=[^>]*>)?", re.IGNORECASE)
_STATED = re.compile(r"http-equiv=[\"']?Content-Security-Policy", re.IGNORECASE)
_ACTIVE = re.compile(
    # Two letters tell of nearly every other element that it is none of these.
    r"<\s*/?\s*(?=[sioebml][ctfbmaei])(?:script|style|iframe|object|embed|base|meta|link)\b",
    re.IGNORECASE,
)
_FONTS = {"fonts.googleapis.com": "https://fonts.gstatic.com"}
_SOURCE = 'data-md-component="source"'  # Material shows the stars of a repository there
_FORGES = ("https://api.github.com", "https://gitlab.com")


class ActiveContentError(ValueError):
    """Text that should be harmless has an element that could run or load something."""


def with_policy(page: str, *, texts: Iterable[str]) -> str:
    """State the policy of a page in its head, right behind the encoding, where it holds for all.

    `texts` are the parts of the page that come from advisories. A page that states a policy of its
    own keeps that one; a page without a head is left as it is.

    Raises:
        ActiveContentError: one of `texts` has an element that could be mistaken for the theme's.
    """
    refuse_active(texts)
    return page if is_stated(page) else with_stated(page, escape(policy_of(page)))


def refuse_active(texts: Iterable[str]) -> None:
    """Refuse texts of advisories that could run or load something.

    Raises:
        ActiveContentError: one of them has an element that could be mistaken for the theme's.
    """
    if any(map(_ACTIVE.search, texts)):
        raise ActiveContentError("the text of an advisory has active content")


def is_stated(page: str) -> bool:
    """Say whether a page states a policy of its own."""
    return _STATED.search(page) is not None


def with_stated(page: str, policy: str) -> str:
    """State a policy that is escaped already."""
    meta = f'\n<meta http-equiv="Content-Security-Policy" content="{policy}">'
    return _CHARSET.sub(lambda head: head[0] + meta, page, count=1)


def bearing(text: str) -> tuple[object, ...]:
    """Give all that matters for a page's policy in a harmless text of it.

    Of two pages that differ only in such texts, the policies are the same if these are.
    """
    styled = _STYLED.findall(text) if "style=" in text.casefold() else ()
    return (_SOURCE in text, *styled)


def policy_of(page: str) -> str:
    """Give the policy under which a page works, and nothing else does."""
    styles = [*_elsewhere(_LINK.findall(page)), *_hashes(_STYLE.findall(page))]
    fonts = [font for host, font in _FONTS.items() if any(host in one for one in styles)]
    attributes = _hashes(unescape(one or other) for one, other in _STYLED.findall(page))
    directives = {
        "default-src": ["'none'"],
        "script-src": ["'self'", *_scripts(page)],
        "style-src": ["'self'", *styles],
        "style-src-attr": ["'unsafe-hashes'", *attributes] if attributes else ["'none'"],
        "img-src": ["'self'", "data:", "https:"],
        "font-src": ["'self'", "data:", *fonts],
        "connect-src": ["'self'", *(_FORGES if _SOURCE in page else ())],
        "worker-src": ["'self'"],
        "manifest-src": ["'self'"],
        "media-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
    }
    return "; ".join(" ".join([name, *sources]) for name, sources in directives.items())


def _scripts(page: str) -> Iterator[str]:
    found = [(tag, text) for tag, text in _SCRIPT.findall(page) if not _DATA_BLOCK.search(tag)]
    yield from _elsewhere(tag for tag, _ in found)
    yield from _hashes(text for tag, text in found if not re.search(r"\bsrc=", tag))


def _hashes(texts: Iterable[str]) -> list[str]:
    digests = (b64encode(sha256(text.encode()).digest()).decode() for text in texts)
    return list(dict.fromkeys(f"'sha256-{digest}'" for digest in digests))


def _elsewhere(tags: Iterable[str]) -> Iterator[str]:
    """Give the addresses on other hosts that tags load, each once and without its query."""
    found = (_ADDRESS.search(tag) for tag in tags)
    addresses = (unescape(match[1]) for match in found if match)
    yield from dict.fromkeys(map(_plain, addresses))


def _plain(address: str) -> str:
    parts = urlsplit(address)
    path = parts.path.replace(";", "%3B").replace(",", "%2C")
    return urlunsplit((parts.scheme or "https", parts.netloc, path, "", ""))
