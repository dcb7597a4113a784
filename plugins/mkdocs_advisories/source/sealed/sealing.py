"""From an advisory to the text of a sealed file."""

from dataclasses import replace

import pyrage

from mkdocs_advisories.source.sealed.container import Contents, pack
from mkdocs_advisories.source.sealed.envelope import armoured
from mkdocs_advisories.source.sealed.header import Header, write_header
from mkdocs_advisories.source.sealed.recipients import Recipient, as_age, hold_enough


def seal(contents: Contents, *, header: Header, recipients: tuple[Recipient, ...]) -> bytes:
    """Seal an advisory for all recipients. The copy of the header inside is made here.

    Raises:
        RefusedError: there are too few recipients, or the advisory is too large.
    """
    hold_enough(recipients)
    clear = write_header(header)
    payload = pack(replace(contents, header=clear))
    sealed: bytes = pyrage.encrypt(payload, [as_age(one.key) for one in recipients])
    return clear.encode() + armoured(sealed)
