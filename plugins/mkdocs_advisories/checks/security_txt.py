"""security.txt must not expire unseen (RFC 9116, section 2.5.5)."""

from collections.abc import Iterator

from mkdocs_advisories.checks.case import Finding, House
from mkdocs_advisories.checks.rule import warning_of_house
from mkdocs_advisories.model import format_instant
from mkdocs_advisories.problems import Place


@warning_of_house("ADV320")
def security_txt_lasts(house: House) -> Iterator[Finding]:
    """The file is good for another month. Whether it is, time alone decides: so it is a warning."""
    stated = house.policy.security_txt
    if stated is None or not stated.ends_soon(house.now):
        return
    when = format_instant(stated.expires)
    text = f"security.txt expires at {when}"
    if stated.expires <= house.now:
        text = f"security.txt expired at {when}, so no site has it any more"
    yield Finding(
        place=Place(path="mkdocs.yml"),
        subject="security_txt.expires",
        text=text,
        remedy="see that the contacts are still right, and state a day at most a year ahead",
    )
