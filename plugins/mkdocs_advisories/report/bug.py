"""What is said of an exception that nobody expected: where it struck, and never its text."""

import traceback
from pathlib import Path

from mkdocs_advisories import __version__


def bug_text(error: BaseException) -> str:
    """Say where a bug struck. The text of the exception stays out: it may quote what is held."""
    frames = traceback.extract_tb(error.__traceback__)
    places = "\n".join(f"  {Path(one.filename).name}:{one.lineno} in {one.name}" for one in frames)
    return (
        f"mkdocs-advisories {__version__} has a bug: {type(error).__name__} at\n{places}\n"
        "Please report it with these lines. They quote nothing of any advisory."
    )
