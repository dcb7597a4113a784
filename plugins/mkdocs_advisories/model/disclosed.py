"""The permission to publish, as a type."""

from dataclasses import dataclass
from datetime import datetime

from mkdocs_advisories.model.advisory import Content, Occasion, Revision, Withdrawal


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class Disclosed:
    """An advisory whose embargo had ended at `as_of`: the only thing that a public renderer takes.

    It has no field for what is internal, and it cannot be made before its time. `is_preview` says
    that `as_of` may lie in the future, so that only its authors may see what is made of it.

    Raises:
        ValueError: `published` lies after `as_of`.
    """

    content: Content
    published: datetime
    as_of: datetime
    is_preview: bool = False

    def __post_init__(self) -> None:
        """Refuse to exist early, whoever asks."""
        if self.published > self.as_of:
            message = "an advisory cannot be disclosed before its embargo ends"
            raise ValueError(message)

    @property
    def id(self) -> str:
        """The advisory's own id."""
        return self.content.id

    @property
    def revisions(self) -> tuple[Revision, ...]:
        """The changes made until `as_of`, newest last."""
        return tuple(one for one in self.content.revisions if one.date <= self.as_of)

    @property
    def timeline(self) -> tuple[Occasion, ...]:
        """The events of the vulnerability's history until `as_of`: what is to come is not told."""
        return tuple(one for one in self.content.timeline if one.date <= self.as_of)

    @property
    def withdrawn(self) -> Withdrawal | None:
        """The withdrawal, once its date has come."""
        withdrawal = self.content.withdrawn
        return withdrawal if withdrawal and withdrawal.date <= self.as_of else None

    @property
    def modified(self) -> datetime:
        """The instant of the last change that readers should be told of.

        It is never before disclosure, and only a revision or the withdrawal moves it.
        """
        changes = [one.date for one in self.revisions]
        if self.withdrawn:
            changes.append(self.withdrawn.date)
        return max(self.published, *changes) if changes else self.published
