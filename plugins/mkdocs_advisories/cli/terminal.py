"""Who is on the other side: a person at a terminal who can be asked, or a program."""

import os
import sys


def may_ask() -> bool:
    """Say whether a question would reach somebody: never in CI, never through a pipe."""
    return sys.stdin.isatty() and sys.stderr.isatty() and not os.environ.get("CI")


def shows_held() -> bool:
    """Say whether text of held advisories may be shown: on a terminal, and not in CI's log."""
    return sys.stdout.isatty() and not os.environ.get("CI")


def in_colour() -> bool:
    """Say whether colour is welcome (https://no-color.org)."""
    is_plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return sys.stdout.isatty() and not is_plain
