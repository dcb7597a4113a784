"""How a run ends: the exit codes, and the exceptions that lead to them."""

from enum import IntEnum

import click


class Exit(IntEnum):
    """What a caller can tell from the exit code alone."""

    FINE = 0
    PROBLEMS = 1
    USAGE = 2
    EMBARGO = 3
    OUTSIDE = 4
    BUG = 70


class Stop(click.ClickException):
    """The run ends here: `message` says why and what to do, and repeats nothing that is held."""

    exit_code: int  # type: ignore[misc] # click has it on the class, and reads it from the instance

    def __init__(self, message: str, *, exit_code: Exit) -> None:
        super().__init__(message)
        self.exit_code = exit_code
