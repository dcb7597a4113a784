"""The permission to hand one held advisory to someone who helps with it, as a type of its own."""

from dataclasses import dataclass
from datetime import datetime

from mkdocs_advisories.model.advisory import Content


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class Coordination:
    """A held advisory that its handlers share under embargo, with a CNA or a distributor.

    It is no `Disclosed` and nothing that publishes takes it: neither `site` nor `mkdocs` nor a
    feed. What is rendered of it says in every file that it is under embargo. `embargo` is None
    while it is undecided.
    """

    content: Content
    embargo: datetime | None
    as_of: datetime

    @property
    def notice(self) -> str:
        """What every file says on top."""
        until = (
            f"until {self.embargo.isoformat().replace('+00:00', 'Z')}"
            if self.embargo
            else ("until its date is decided")
        )
        return f"TLP:AMBER. Under embargo {until}: do not publish; need to know only."
