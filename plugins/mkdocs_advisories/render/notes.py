"""What a format could not carry, and what was done about it: data, of which a log is a view."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Note:
    """What a reader of one record in one format does not find as its authors wrote it."""

    advisory: str
    format: str
    text: str

    def __str__(self) -> str:
        """Write it as a line of a log."""
        return f"{self.advisory}, {self.format}: {self.text}"
