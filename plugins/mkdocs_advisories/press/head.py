"""What programs want in the head of a page: links to the same thing as data, and what it is."""

from html import escape
from itertools import takewhile

from mkdocs_advisories.render.page import Page

_CARD = 'property="og:title"'


def head_of(page: Page, *, has_card: bool) -> str:
    """Give the elements for the head of a page, which may have a social card from elsewhere."""
    links = (
        f'<link rel="describedby" type="{one.media_type}"'
        f' href="{escape(relative(one.uri, page.uri))}">\n'
        for one in page.data
    )
    social = "" if has_card else page.metadata.social
    return "".join([*links, social, page.metadata.linked_data])


def has_card(output: str) -> bool:
    """Say whether the head of an HTML page has a social card."""
    return _CARD in output.partition("</head>")[0]


def relative(uri: str, page_uri: str) -> str:
    """Give the way from a page to an address; both are from the site's root."""
    here, there = page_uri.split("/")[:-1], uri.rstrip("/").split("/")
    pairs = takewhile(lambda pair: pair[0] == pair[1], zip(here, there, strict=False))
    shared = sum(1 for _ in pairs)
    way = "/".join([".."] * (len(here) - shared) + there[shared:]) or "."
    return f"{way}/" if uri.endswith("/") else way
