"""The archive of a mailing list: whether a mail is in it, when nobody else knows."""

from base64 import b32encode
from collections.abc import Iterable
from hashlib import sha1
from html import unescape
from http.client import HTTPException
from urllib.parse import quote, urlsplit

from mkdocs_advisories.disclosure.published import SiteOnline, UnreachableError


def archived_at(template: str, *, message_id: str, subject: str, ids: Iterable[str]) -> str | None:
    """Look for a mail in an archive. Gives its address there, or None.

    `{message_id}` of the template stands for the Message-ID, `{message_id_hash}` for the digest by
    which Mailman's archive names a mail. An archive may answer with a page for any address, such as
    its newest subjects, of which an older one may be the same. So the subject of the mail and the
    `ids` that it is about have to be on it.

    Raises:
        UnreachableError: the archive does not answer as one does.
    """
    url = address(template, message_id=message_id)
    parts = urlsplit(url)
    try:
        site = SiteOnline(f"{parts.scheme}://{parts.netloc}/")
        content = site.read(parts.path.removeprefix("/"))
    except (ValueError, HTTPException) as error:
        raise UnreachableError(str(error)) from None
    if content is None:
        return None
    text = " ".join(unescape(content.decode("utf-8", "replace")).split())
    words = (" ".join(subject.split()), *ids)
    return url if all(one in text for one in words) else None


def address(template: str, *, message_id: str) -> str:
    """Give the address at which an archive has a mail."""
    name = message_id.strip("<>")
    digest = sha1(name.encode(), usedforsecurity=False).digest()
    return template.replace("{message_id}", quote(name, safe="")).replace(
        "{message_id_hash}", b32encode(digest).decode()
    )
